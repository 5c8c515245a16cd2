import type { Executor } from '@conc/core'
import { listen } from '../../server/listen.js'
import type { OpenServer } from '../../server/open-server.js'
import type { PoolServer } from '../../server/pool-server.js'
import { type ServeOptions, serveSettings } from '../../server/serve-options.js'

/** The port of a pool that listens. It takes roots as long as the pool does, and what those call until the last is over. */
export class OwnServer {
  readonly #options: ServeOptions
  readonly #onOver: () => void
  #listening: Promise<OpenServer> | undefined
  #server: OpenServer | undefined

  /** @param onOver told of each call that is over. */
  constructor(options: ServeOptions, onOver: () => void) {
    this.#options = options
    this.#onOver = onOver
  }

  /** Once it listens. */
  get server(): PoolServer | undefined {
    return this.#server
  }

  /** Whether no call that came in by it is left. */
  get isIdle(): boolean {
    return (this.#server?.inFlight ?? 0) === 0
  }

  /** Whether it refuses roots by itself. */
  get isDraining(): boolean {
    return this.#server !== undefined && !this.#server.isOpen
  }

  /** Once. @throws {AddressInUseError} or what the system says about the address. */
  async listen(pool: Executor): Promise<void> {
    this.#listening ??= listen(pool, serveSettings(this.#options))
    this.#server = await this.#listening
    this.#server.onOver = this.#onOver
  }

  /** Tells its sessions that the pool takes no more work. */
  drain(): void {
    this.#server?.drain()
  }

  cancelAll(): void {
    this.#server?.cancelAll()
  }

  /** Resolves when nothing listens. */
  async close(): Promise<void> {
    const server = await this.#listening?.catch(() => undefined)
    await server?.close({ pending: 'reject' })
  }
}
