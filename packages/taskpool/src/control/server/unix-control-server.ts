import type { Server } from 'node:net'
import { dirname, resolve } from 'node:path'
import { InvalidOptionError } from '@conc/core'
import { checkBoolean, checkKeys } from '@conc/core/internal'
import type { BaseTaskPool } from '../../base-task-pool.js'
import { ControlServer } from './control-server.js'
import { type ControlServerOptions, controlKeys } from './server-options.js'
import { firstNameBytes, SocketFile } from './socket-file.js'

/** Options of a control server on a Unix socket. */
export interface UnixControlServerOptions extends ControlServerOptions {
  readonly path: string
  /** Rights of the socket file, also while it is made. Default `0o600`. */
  readonly mode?: number
  /** Replaces a socket that nobody answers; never another kind of file. Default false. */
  readonly replaceStale?: boolean
}

/** What the address of a unix socket can hold; on macOS it is a little less. */
const longestPath = 107

/**
 * A control server on a unix socket.
 *
 * @example
 * await using control = await new UnixControlServer(pool, { path: '/run/app/pool.sock' }).start()
 */
export class UnixControlServer extends ControlServer {
  readonly #file: SocketFile

  /** @throws {InvalidOptionError} */
  constructor(pool: BaseTaskPool, options: UnixControlServerOptions) {
    super(pool, options)
    checkKeys('options', options, [...controlKeys, 'path', 'mode', 'replaceStale'])
    const { path, mode = 0o600, replaceStale = false } = options
    if (typeof path !== 'string' || path === '') {
      throw new InvalidOptionError('path', 'a non-empty string', path)
    }
    checkLength(resolve(path))
    if (!Number.isInteger(mode) || mode < 0 || mode > 0o777) {
      throw new InvalidOptionError('mode', 'rights from 0 to 0o777', mode)
    }
    checkBoolean('replaceStale', replaceStale)
    // Made absolute: the process may change its directory before it removes the file.
    this.#file = new SocketFile(resolve(path), mode, replaceStale)
  }

  get address(): { readonly path: string } {
    return { path: this.#file.path }
  }

  protected listen(server: Server): Promise<void> {
    return this.#file.bind(server)
  }

  protected cleanUp(): Promise<void> {
    return this.#file.remove()
  }
}

function checkLength(path: string): void {
  if (Buffer.byteLength(path) > longestPath) {
    throw new InvalidOptionError('path', `an absolute path of at most ${longestPath} bytes`, path)
  }
  const longestFolder = longestPath - firstNameBytes
  if (Buffer.byteLength(dirname(path)) > longestFolder) {
    throw new InvalidOptionError('path', `in a folder of at most ${longestFolder} bytes`, path)
  }
}
