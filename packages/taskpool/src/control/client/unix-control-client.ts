import { connect, type Socket } from 'node:net'
import { InvalidOptionError } from '@conc/core'
import { ControlClient, type ControlClientOptions } from './control-client.js'

/**
 * A client of a `UnixControlServer`.
 *
 * @example
 * await using client = await new UnixControlClient('/run/app/pool.sock').connect()
 * console.log(await client.send('num-running'))
 */
export class UnixControlClient extends ControlClient {
  readonly #path: string

  /** @throws {InvalidOptionError} */
  constructor(path: string, options: ControlClientOptions = {}) {
    super(options)
    if (typeof path !== 'string' || path === '') {
      throw new InvalidOptionError('path', 'a non-empty string', path)
    }
    this.#path = path
  }

  protected get place(): string {
    return this.#path
  }

  protected open(): Socket {
    return connect({ path: this.#path })
  }
}
