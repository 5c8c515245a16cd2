import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server on a free port of this machine, closed at the end of its scope. */
export class LocalServer implements AsyncDisposable {
  readonly #server: Server

  constructor(server: Server) {
    this.#server = server
  }

  async open(): Promise<URL> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const { port } = this.#server.address() as AddressInfo
    return new URL(`http://127.0.0.1:${port}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
