import type { PoolServer, WorkerPool } from '@conc/distributed'
import { exitCode, exitCodeOf } from '../program/exit-code.js'
import type { Terminal } from '../terminal/terminal.js'

export interface EndSettings {
  readonly terminal: Terminal
  readonly shutdownTimeoutMs: number
  /** Reads keys and certificates again. */
  readonly reload: () => void
}

const ending = ['SIGINT', 'SIGTERM'] as const

/**
 * How signals end a pool in the foreground: the first drains, the second cancels, the third kills. One that comes before
 * the pool listens ends its start.
 */
export class PoolEnd {
  readonly #pool: WorkerPool
  readonly #settings: EndSettings
  #server: PoolServer | undefined
  #stage: 'up' | 'draining' | 'cancelling' = 'up'
  #exitCode: number = exitCode.done

  constructor(pool: WorkerPool, settings: EndSettings) {
    this.#pool = pool
    this.#settings = settings
    for (const signal of ending) process.on(signal, () => this.#asked(signal))
    process.on('SIGQUIT', () => process.exit(exitCode.sigquit))
    process.on('SIGHUP', () => this.#hungUp())
  }

  /** The exit status, so far. */
  get exitCode(): number {
    return this.#exitCode
  }

  /** Whether a signal came. */
  get isEnding(): boolean {
    return this.#stage !== 'up'
  }

  listens(server: PoolServer): void {
    this.#server = server
  }

  #asked(signal: 'SIGINT' | 'SIGTERM'): void {
    if (this.#stage === 'up') this.#drain()
    else if (this.#stage === 'draining') this.#cancel(signal)
    else process.exit(exitCodeOf(signal))
  }

  #drain(): void {
    this.#stage = 'draining'
    const { terminal, shutdownTimeoutMs } = this.#settings
    const { running, waiting } = this.#pool.load
    terminal.err.stream.write(`draining: ${running} running, ${waiting} waiting; again to cancel\n`)
    if (this.#server) void this.#server.close({ timeoutMs: shutdownTimeoutMs })
    else void this.#pool.close({ pending: 'reject' })
  }

  #cancel(signal: 'SIGINT' | 'SIGTERM'): void {
    this.#stage = 'cancelling'
    this.#exitCode = exitCodeOf(signal)
    void this.#server?.close({ pending: 'reject' })
    void this.#pool.close({ pending: 'reject' })
  }

  /** A terminal that has gone takes its pool along; elsewhere it is the wish to read files again. */
  #hungUp(): void {
    if (process.stdin.isTTY) this.#asked('SIGTERM')
    else this.#settings.reload()
  }
}
