import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** One connection through the proxy. */
interface Pair {
  readonly client: Socket
  readonly upstream: Socket
}

/**
 * Stands before a server, and breaks what goes through it. It never leaves a hole in a sequence of bytes: what was
 * stalled goes on where it stopped, and what was cut is over.
 */
export class TcpProxy {
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  readonly #host: string
  /** Where it leads to; whoever is started anew behind it says so. */
  target: number
  #isShut = false
  #isStalled = false

  private constructor(host: string, target: number) {
    this.#host = host
    this.target = target
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#join(client))
  }

  static async to(target: number, host = '127.0.0.1'): Promise<TcpProxy> {
    const proxy = new TcpProxy(host, target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Breaks every connection. */
  cut(): void {
    for (const pair of this.#pairs) end(pair)
  }

  /** Breaks one, picked by a number from 0 to 1. */
  cutOne(dice: number): void {
    const pair = [...this.#pairs][Math.floor(dice * this.#pairs.size)]
    if (pair) end(pair)
  }

  /** Passes nothing on until `flow`; both ends still believe in each other. */
  stall(): void {
    this.#isStalled = true
    for (const { client, upstream } of this.#pairs) {
      client.pause()
      upstream.pause()
    }
  }

  flow(): void {
    this.#isStalled = false
    for (const { client, upstream } of this.#pairs) {
      if (!upstream.writableNeedDrain) client.resume()
      if (!client.writableNeedDrain) upstream.resume()
    }
  }

  /** Breaks every connection and lets nobody in, until `open`. */
  shut(): void {
    this.#isShut = true
    this.cut()
  }

  open(): void {
    this.#isShut = false
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(client: Socket): void {
    client.on('error', () => {})
    if (this.#isShut) {
      client.destroy()
      return
    }
    const upstream = connect({ host: this.#host, port: this.target, allowHalfOpen: true })
    const pair = { client, upstream }
    this.#pairs.add(pair)
    upstream.on('error', () => {})
    this.#pass(client, upstream, pair)
    this.#pass(upstream, client, pair)
  }

  #pass(from: Socket, to: Socket, pair: Pair): void {
    from.on('data', (chunk) => {
      if (!to.write(chunk)) from.pause()
    })
    to.on('drain', () => {
      if (!this.#isStalled) from.resume()
    })
    from.on('end', () => to.end())
    from.on('close', (hadError) => {
      if (hadError) to.destroy()
      if (pair.client.destroyed && pair.upstream.destroyed) this.#pairs.delete(pair)
    })
    if (this.#isStalled) from.pause()
  }
}

function end({ client, upstream }: Pair): void {
  client.destroy()
  upstream.destroy()
}
