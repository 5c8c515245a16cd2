import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const answerMs = 12

/** A small web site on this machine: a tree of pages that also link back, one of them broken. */
export class Site implements AsyncDisposable {
  readonly pages: number
  readonly #server: Server

  constructor(pages: number) {
    this.pages = pages
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  /** Starts to serve. @returns the address of the first page. */
  async open(): Promise<URL> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const { port } = this.#server.address() as AddressInfo
    return new URL(`http://127.0.0.1:${port}/page/0`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // As slow as a real site, so that more workers are worth something.
    await sleep(answerMs)
    const number = Number(/^\/page\/(\d+)$/.exec(request.url ?? '')?.[1] ?? Number.NaN)
    if (!(number < this.pages)) return void response.writeHead(404).end()
    if (number === 13) return void response.writeHead(500).end()
    response.writeHead(200, { 'content-type': 'text/html' }).end(this.#page(number))
  }

  #page(number: number): string {
    const linked = [2 * number + 1, 2 * number + 2, Math.floor((number - 1) / 2)]
    const links = linked
      .filter((one) => one >= 0 && one < this.pages)
      .map((one) => `<a href="/page/${one}">page ${one}</a>`)
    return `<title>Page ${number}</title>\n${links.join('\n')}\n`
  }
}
