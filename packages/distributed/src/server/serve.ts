import type { Executor } from '@conc/core'
import { assertNotImporting, checkExecutor } from '@conc/core/internal'
import '../builtin/ping.js'
import { listen } from './listen.js'
import type { PoolServer } from './pool-server.js'
import { type ServeOptions, serveSettings } from './serve-options.js'

/**
 * Puts an executor on a port of this computer. Sessions call the tasks that this process has declared, or that the
 * executor's workers have loaded, by name: no code travels.
 *
 * @returns the server, listening; rejects with `AddressInUseError`, or with what the system says about the address; with `register`
 * also with a `ConcError`, code `CONC_POOL_NAME`, where a pool of yours that runs has the name.
 * @throws {InvalidOptionError} at once, for a wrong option, and for a host that is not loopback without key and TLS.
 * @example
 * await using server = await serve(inline(), { authkey: process.env.POOL_KEY })
 * console.log(server.url)
 */
export function serve(executor: Executor, options: ServeOptions = {}): Promise<PoolServer> {
  assertNotImporting('A server was started')
  checkExecutor('executor', executor)
  return listen(executor, serveSettings(options))
}
