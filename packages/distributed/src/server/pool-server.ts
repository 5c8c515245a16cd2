import type { CloseOptions } from '@conc/core'
import type { CloseReport } from '../close-report.js'
import type { PoolStats } from '../pool-stats.js'
import type { Key } from '../security/keys.js'
import type { ServerTls } from '../security/tls-options.js'

/** How a server closes. */
export interface ServerCloseOptions extends CloseOptions {
  /** How long it waits for bodies that it has cancelled, in ms. Default its own `graceMs`; what then still runs is the executor's. */
  readonly graceMs?: number
}

/** An executor behind a port. */
export interface PoolServer extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** `ws://…` or `wss://…`. */
  readonly url: string
  /** How many there are. */
  readonly sessions: number
  /** Resolves when it is closed, by whomever. Never rejects. */
  readonly closed: Promise<CloseReport>
  stats(): Promise<PoolStats>
  /** Another certificate and key for connections from now on; open ones go on. @throws {InvalidOptionError} */
  reloadTls(tls: ServerTls): void
  /** Other keys for connections from now on, the current one first; open ones go on. @throws {InvalidOptionError} */
  rotateKeys(keys: readonly Key[]): void
  /**
   * Refuses new work, ends what sessions have in flight as `options` say, and stops listening. The executor stays
   * open: it has an owner.
   */
  close(options?: ServerCloseOptions): Promise<CloseReport>
}
