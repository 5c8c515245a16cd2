import { readFile } from 'node:fs/promises'

export interface Author {
  readonly id: number
  readonly name: string
  readonly born: number
}

export interface Book {
  readonly id: number
  readonly authorId: number
  readonly title: string
  readonly year: number
}

interface Tables {
  readonly authors: readonly Author[]
  readonly books: readonly Book[]
}

/** Nobody by this number. */
export class UnknownAuthorError extends Error {
  override readonly name = 'UnknownAuthorError'
}

/** A store of authors and books: a JSON file, read anew for every query as a database would be asked. */
export class Library {
  readonly #file: URL

  constructor(file: URL = new URL('../../data/library.json', import.meta.url)) {
    this.#file = file
  }

  /** @throws {UnknownAuthorError} */
  async author(id: number): Promise<Author> {
    const { authors } = await this.#tables()
    const author = authors.find((one) => one.id === id)
    if (author === undefined) throw new UnknownAuthorError(`There is no author ${id}.`)
    return author
  }

  async booksBy(authorId: number): Promise<readonly Book[]> {
    const { books } = await this.#tables()
    return books.filter((book) => book.authorId === authorId)
  }

  async #tables(): Promise<Tables> {
    return JSON.parse(await readFile(this.#file, 'utf8'))
  }
}
