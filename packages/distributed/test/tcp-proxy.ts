import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** Stands between a client and a server, and breaks what goes through it. */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #pairs = new Set<{ client: Socket; upstream: Socket }>()
  #isOpen = true

  private constructor(target: number) {
    this.#server = createServer((client) => {
      if (!this.#isOpen) {
        client.destroy()
        return
      }
      const upstream = connect({ host: '127.0.0.1', port: target })
      const pair = { client, upstream }
      this.#pairs.add(pair)
      for (const socket of [client, upstream]) {
        socket.on('error', () => {})
        socket.on('close', () => {
          client.destroy()
          upstream.destroy()
          this.#pairs.delete(pair)
        })
      }
      client.pipe(upstream).pipe(client)
    })
  }

  static async to(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get connections(): number {
    return this.#pairs.size
  }

  /** Whether new connections go through. */
  set isOpen(isOpen: boolean) {
    this.#isOpen = isOpen
  }

  /** Breaks every connection, as a network that is gone. */
  cut(): void {
    for (const { client, upstream } of this.#pairs) {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    }
  }

  /** Passes nothing on any more; both ends still believe in each other. */
  freeze(): void {
    for (const { client, upstream } of this.#pairs) {
      client.unpipe()
      upstream.unpipe()
      client.pause()
      upstream.pause()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
