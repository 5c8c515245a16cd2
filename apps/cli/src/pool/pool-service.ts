import type { Load } from '@conc/core'
import type { PoolServer, WorkerPool } from '@conc/distributed'
import { authkeyOf } from '../options/key-options.js'
import type { Service } from '../program/foreground.js'
import type { Terminal } from '../terminal/terminal.js'
import { serverTls } from './server-tls.js'
import type { UpValues } from './up-options.js'

interface PoolServiceSettings {
  readonly options: UpValues
  readonly terminal: Terminal
}

/** A pool with its server, as signals see it. A signal may come before it listens: then it ends the start. */
export class PoolService implements Service {
  readonly #pool: WorkerPool
  readonly #settings: PoolServiceSettings
  server: PoolServer | undefined

  constructor(pool: WorkerPool, settings: PoolServiceSettings) {
    this.#pool = pool
    this.#settings = settings
  }

  get load(): Load {
    return this.#pool.load
  }

  drain(): void {
    if (this.server) void this.server.close()
    else this.#closePool()
  }

  cancel(): void {
    void this.server?.close({ pending: 'reject' })
    this.#closePool()
  }

  /** Key and certificates, for connections from now on. */
  reload(): void {
    if (this.server === undefined) return
    const { options, terminal } = this.#settings
    try {
      const tls = serverTls(options)
      if (tls) this.server.reloadTls(tls)
      this.server.rotateKeys([authkeyOf(options, terminal)])
      terminal.note('keys and certificates were read again')
    } catch (error) {
      const why = (error as Error).message
      terminal.note(`conc: keys and certificates stay as they are: ${why}`, 'error')
    }
  }

  #closePool(): void {
    void this.#pool.close({ pending: 'reject' })
  }
}
