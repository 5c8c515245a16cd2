import { connect, type Socket } from 'node:net'
import { InvalidOptionError } from '@conc/core'
import { ControlClient, type ControlClientOptions } from './control-client.js'

/**
 * A client of a `TcpControlServer`.
 *
 * @example
 * await using client = await new TcpControlClient('127.0.0.1', 8001).connect()
 * await client.call('num-running')      // 5
 */
export class TcpControlClient extends ControlClient {
  readonly #host: string
  readonly #port: number

  /** @throws {InvalidOptionError} */
  constructor(host: string, port: number, options: ControlClientOptions = {}) {
    super(options)
    if (typeof host !== 'string' || host === '') {
      throw new InvalidOptionError('host', 'a non-empty string', host)
    }
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new InvalidOptionError('port', 'an integer from 1 to 65535', port)
    }
    this.#host = host
    this.#port = port
  }

  protected get place(): string {
    return `${this.#host}:${this.#port}`
  }

  protected open(): Socket {
    return connect({ host: this.#host, port: this.#port, noDelay: true })
  }
}
