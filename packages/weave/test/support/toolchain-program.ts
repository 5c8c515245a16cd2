import { task } from '@conc/core'
import { type ClassOptions, each, type Use, weave } from '@conc/weave'

/** A program as people write it, with every way to say what a task needs; tools make something else of it. */
const tax = task('toolchain-program/tax', async ({ priced }: { priced: readonly Priced[] }) => {
  return priced.reduce((sum, { price }) => sum + price * 0.2, 0)
})

interface Priced {
  readonly title: string
  readonly price: number
}

export const page = weave({ authorId: 7, currency: 'EUR' })
  .do({
    author: async ({ authorId }) => ({ id: authorId, name: 'Ursula', tags: ['sf', 'fantasy'] }),
    books: ({ authorId, limit = 2 }: { authorId: number; limit?: number }) =>
      Array.from({ length: limit }, (_, i) => `book ${authorId}.${i}`),
  })
  .each('priced', 'books', { workers: 2 }, async (title, { currency, author: { tags } }) => {
    return { title, currency, price: title.length + tags.length }
  })
  .each('years', [1, 2, 3], (n) => 1960 + n)
  .do('tax', tax)
  .do('log', { after: ['tax'] }, () => 'logged')
  .do('cover', { args: ({ author: { name } }) => [name, 2] }, (text: string, times: number) =>
    text.repeat(times),
  )
  .do('names', { needs: ['author', 'years'] }, ({ author, years: [first] }) => [author.name, first])
  .do('page', async ({ author: a, priced: list, log: line }) => ({ author: a.name, list, line }))

class Report {
  static options = { rows: { retries: 1 }, lengths: { workers: 2 } } satisfies ClassOptions<Report>
  rows({ day, count = 2 }: { day: string; count?: number }) {
    return Array.from({ length: count }, (_, i) => `${day} ${i}`)
  }
  lengths = each('rows', (row: string, { factor }: Use<Report, 'factor'>) => row.length * factor)
  factor() {
    return 3
  }
  async total({ lengths, rows: { length } }: Use<Report, 'lengths' | 'rows'>) {
    return lengths.reduce((sum, one) => sum + one, length)
  }
}

export const report = weave(Report, { day: 'mon' }).do('line', ({ total }) => `${total} in all`)
