import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { type Deferred, deferred } from '@conc/core/internal'

/** Stands in front of a Redis, and breaks connections to it. */
export class RedisProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #target: URL
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #held: Socket[] | undefined
  #isRefusing = false
  #knocked = deferred()
  #listening: { readonly text: string; readonly heard: Deferred<void> } | undefined

  private constructor(target: string) {
    this.#target = new URL(target)
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      this.#knocked.resolve()
      if (this.#isRefusing) client.destroy()
      else if (this.#held) this.#held.push(client.on('error', () => {}))
      else this.#connect(client)
    })
  }

  static async to(target: string): Promise<RedisProxy> {
    const proxy = new RedisProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.#target.pathname}`
  }

  /** Those that are there now. */
  get connections(): number {
    return this.#pairs.size
  }

  /** Those that have come back since the others broke, and are not let in. */
  get waiting(): number {
    return this.#held?.length ?? 0
  }

  /** Resolves when a client has said `text`, before Redis answers. */
  said(text: string): Promise<void> {
    const heard = deferred()
    this.#listening = { text, heard }
    return heard.promise
  }

  /** Breaks every connection. Resolves when somebody has come back, who is not let in before `open()`. */
  async shut(): Promise<void> {
    this.#held = []
    this.#knocked = deferred()
    this.#cut()
    await this.#knocked.promise
  }

  /** Breaks every connection, and those of whoever comes back as soon as they are made. */
  refuse(): void {
    this.#isRefusing = true
    this.#cut()
  }

  /** Passes nothing on any more, and lets nobody in; whoever is connected still believes it. */
  fallSilent(): void {
    this.#held = []
    for (const sockets of this.#pairs) for (const socket of sockets) socket.unpipe().pause()
  }

  open(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const client of held) this.#connect(client)
  }

  /** Breaks every connection; nobody comes back. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return
    for (const client of this.#held ?? []) client.destroy()
    this.#cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #cut(): void {
    for (const sockets of this.#pairs) for (const socket of sockets) socket.destroy()
  }

  #connect(client: Socket): void {
    const { hostname: host, port } = this.#target
    const upstream = connect({ host, port: Number(port), allowHalfOpen: true })
    const pair = [client, upstream] as const
    this.#pairs.add(pair)
    for (const socket of pair) {
      socket.on('error', () => {})
      socket.on('close', () => {
        for (const other of pair) other.destroy()
        this.#pairs.delete(pair)
      })
    }
    client.on('data', (bytes) => {
      const { text, heard } = this.#listening ?? {}
      if (text && bytes.includes(text)) heard?.resolve()
    })
    upstream.pipe(client).pipe(upstream)
  }
}
