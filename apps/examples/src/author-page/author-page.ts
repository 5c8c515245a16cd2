import { weave } from '@conc/weave'
import type { Library } from './library.js'
import type { Prices } from './prices.js'
import { render } from './render.js'

/** Two queries at once, a price per book, then the page. A template: every request is a run of it. */
export const authorPage = weave()
  .input<{ authorId: number; library: Library; prices: Prices }>()
  .do({
    author: ({ authorId, library }) => library.author(authorId),
    books: ({ authorId, library }) => library.booksBy(authorId),
  })
  .each(
    'pricedBooks',
    'books',
    { retries: { times: 3, delayMs: 10, factor: 2 }, workers: 4, timeoutMs: 1000 },
    async (book, { prices }, { signal }) => ({ ...book, cents: await prices.of(book, signal) }),
  )
  .do('total', ({ pricedBooks }) => pricedBooks.reduce((sum, { cents }) => sum + cents, 0))
  .do('page', ({ author, pricedBooks, total }) => render(author, pricedBooks, total))
