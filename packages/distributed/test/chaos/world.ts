import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { Crew, type Member } from '../crew.js'
import { TcpProxy } from '../tcp-proxy.js'
import type { Trick } from './monkey.js'

/** A server, where it listens, and the way to it that can be broken. */
interface Site {
  server: Member
  readonly port: number
  readonly proxy: TcpProxy
}

/** Two servers with their workers, and their clients: all of them processes. */
export class World implements AsyncDisposable {
  readonly #crew = new Crew()
  readonly #env: NodeJS.ProcessEnv
  readonly #random: () => number
  #sites: Site[] = []
  #clients: Member[] = []

  constructor(folder: string, random: () => number) {
    this.#env = { CHAOS_FOLDER: folder }
    this.#random = random
  }

  async open(): Promise<void> {
    this.#sites = await Promise.all([1, 2].map(() => this.#openSite()))
    for (const _ of [1, 2, 3]) this.#startClient()
    await Promise.all(this.#clients.map((client) => client.ready))
  }

  /** The first server and the first client are stopped and cut off, but never killed: their memory is looked at. */
  get survivors(): readonly Member[] {
    return [this.#first.server, this.#clients[0] as Member]
  }

  readonly tricks: Readonly<Record<string, Trick>> = {
    killWorker: async () => this.#signal(this.#worker(), 'SIGKILL'),
    killAnotherWorker: async () => this.#signal(this.#worker(), 'SIGKILL'),
    stopWorker: () => this.#stop(this.#worker()),
    killServer: () => this.#restart(this.#second),
    stopServer: () => this.#stop(this.#any(this.#sites).server.pid),
    killClient: async () => {
      const victim = this.#any(this.#clients.slice(1))
      this.#clients = this.#clients.filter((one) => one !== victim)
      this.#startClient()
      await victim.kill()
    },
    stopClient: () => this.#stop(this.#any(this.#clients).pid),
    cut: async () => this.#any(this.#sites).proxy.cut(),
    freeze: async () => {
      const { proxy } = this.#any(this.#sites)
      proxy.freeze()
      await setTimeout(this.#random() * 500)
      proxy.cut()
    },
    shut: async () => {
      const { proxy } = this.#any(this.#sites)
      proxy.isOpen = false
      proxy.cut()
      await setTimeout(this.#random() * 1500)
      proxy.isOpen = true
    },
  }

  /** Lets the clients come to an end. @returns those that did not. */
  async endClients(withinMs: number): Promise<number[]> {
    for (const client of this.#clients) client.tell('stop')
    const all = Promise.all(this.#clients.map((client) => client.exited))
    await Promise.race([all, setTimeout(withinMs, undefined, { ref: false })])
    return this.#clients.filter((client) => !client.isGone).map(({ pid }) => pid)
  }

  /** Closes the servers. @returns what they had left to do. */
  async endServers(): Promise<unknown[]> {
    return await Promise.all(
      this.#sites.map(async ({ server }) => {
        const left = server.said('left')
        server.tell('stop')
        const said = await left
        await server.exited
        return said
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#crew[Symbol.asyncDispose]()
    for (const { proxy } of this.#sites) await proxy[Symbol.asyncDispose]()
  }

  get #first(): Site {
    return this.#sites[0] as Site
  }

  get #second(): Site {
    return this.#sites[1] as Site
  }

  async #openSite(): Promise<Site> {
    const port = await freePort()
    const server = this.#crew.start('chaos-server.mjs', { ...this.#env, PORT: `${port}` })
    await server.ready
    return { server, port, proxy: await TcpProxy.to(port) }
  }

  #startClient(): void {
    const PORTS = this.#sites.map(({ proxy }) => proxy.port).join(',')
    this.#clients.push(this.#crew.start('chaos-client.mjs', { ...this.#env, PORTS }))
  }

  async #restart(site: Site): Promise<void> {
    // One at a time: a server that is about to listen is let alone.
    if (site.server.isGone || !site.server.isReady) return
    await site.server.kill()
    site.server = this.#crew.start('chaos-server.mjs', { ...this.#env, PORT: `${site.port}` })
    await site.server.ready
  }

  async #stop(pid: number | undefined): Promise<void> {
    this.#signal(pid, 'SIGSTOP')
    await setTimeout(this.#random() * 600)
    this.#signal(pid, 'SIGCONT')
  }

  #worker(): number | undefined {
    const workers = this.#sites.flatMap(({ server }) => server.last('workers') as number[])
    return this.#any(workers)
  }

  #signal(pid: number | undefined, signal: NodeJS.Signals): void {
    if (pid === undefined) return
    try {
      process.kill(pid, signal)
    } catch {
      // It was gone before.
    }
  }

  #any<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)] as T
  }
}

/** One that no outgoing connection is given: while a server is away, a dial to its port could else find itself there. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000)
    const probe = createServer().listen(port, '127.0.0.1')
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
}
