import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { LocalServer } from './local-server.js'

/** How often each book is refused before it gets its price. */
export type Refusals = (bookId: number) => number

const everyThird: Refusals = (bookId) => (bookId % 3 === 0 ? 2 : 0)

/** A price service on this machine that answers slowly, and some questions only when asked again. */
export class PriceService extends LocalServer {
  readonly #refusals: Refusals
  readonly #answerMs: number
  readonly #asked = new Map<number, number>()
  answered = 0

  constructor(refusals: Refusals = everyThird, answerMs = 15) {
    super(createServer((request, response) => void this.#answer(request, response)))
    this.#refusals = refusals
    this.#answerMs = answerMs
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bookId = Number(/^\/prices\/(\d+)$/.exec(request.url ?? '')?.[1] ?? Number.NaN)
    const asked = (this.#asked.get(bookId) ?? 0) + 1
    this.#asked.set(bookId, asked)
    await sleep(this.#answerMs)
    if (asked <= this.#refusals(bookId)) return void response.writeHead(503).end()
    this.#asked.delete(bookId)
    this.answered++
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ cents: 700 + (bookId % 10) * 50 }))
  }
}
