import { describe, expect, it } from 'vitest'
import { weave } from '../src/index.js'
import { deferred } from './support/deferred.js'

describe('the first examples', () => {
  it('runs what does not depend on each other together', async () => {
    const number = deferred<number>()
    const text = deferred<string>()
    const started: string[] = []
    const run = weave()
      .do('magicNumber', () => {
        started.push('magicNumber')
        return number.promise
      })
      .do('importantText', () => {
        started.push('importantText')
        return text.promise
      })
      .do('combined', ({ importantText, magicNumber }) => `${importantText} is ${magicNumber}!`)
      .run()
    await Promise.resolve()
    expect(started).toEqual(['magicNumber', 'importantText'])
    number.resolve(42)
    text.resolve('The meaning of life')
    const r = await run
    expect(r.final).toBe('The meaning of life is 42!')
    expect(r.magicNumber).toBe(42)
    expect({ ...r }).toEqual({
      magicNumber: 42,
      importantText: 'The meaning of life',
      combined: 'The meaning of life is 42!',
    })
  })

  it('fits into a function that exists already', async () => {
    const db = {
      author: async (id: number) => ({ id, name: 'Ursula' }),
      booksBy: async (id: number) => [`a${id}`, `b${id}`],
    }
    const controller = new AbortController()
    const authorPage = async (authorId: number) => {
      const page = await weave({ authorId })
        .do({
          author: ({ authorId }) => db.author(authorId),
          books: ({ authorId }) => db.booksBy(authorId),
        })
        .each('pricedBooks', 'books', { retries: 3, workers: 8 }, async (title) => ({
          title,
          price: title.length,
        }))
        .do('context', ({ author, pricedBooks }) => ({ author, books: pricedBooks }))
        .run({ signal: controller.signal, timeoutMs: 2000 })
      return page.final
    }
    expect(await authorPage(7)).toEqual({
      author: { id: 7, name: 'Ursula' },
      books: [
        { title: 'a7', price: 2 },
        { title: 'b7', price: 2 },
      ],
    })
  })
})
