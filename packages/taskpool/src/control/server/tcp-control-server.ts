import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { InvalidOptionError } from '@conc/core'
import { checkKeys, checkText } from '@conc/core/internal'
import type { BaseTaskPool } from '../../base-task-pool.js'
import { ControlAddressError } from '../errors.js'
import { ControlServer } from './control-server.js'
import { type ControlServerOptions, checkExposure, controlKeys } from './server-options.js'

/** Options of a control server on a port. */
export interface TcpControlServerOptions extends ControlServerOptions {
  /** 0 takes any that is free. */
  readonly port: number
  /** Default `'127.0.0.1'`. Others than this machine's own need a `token`, which travels in clear: use a tunnel. */
  readonly host?: string
}

/**
 * A control server on a TCP port.
 *
 * @example
 * await using control = await new TcpControlServer(pool, { port: 8001 }).start()
 */
export class TcpControlServer extends ControlServer {
  #address: { readonly host: string; readonly port: number }

  /** @throws {InvalidOptionError} an option is malformed, or the host needs a token. */
  constructor(pool: BaseTaskPool, options: TcpControlServerOptions) {
    super(pool, options)
    checkKeys('options', options, [...controlKeys, 'port', 'host'])
    const { port, host = '127.0.0.1', token } = options
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new InvalidOptionError('port', 'an integer from 0 to 65535', port)
    }
    checkText('host', host)
    checkExposure(host, token)
    this.#address = { host, port }
  }

  get address(): { readonly host: string; readonly port: number } {
    return this.#address
  }

  protected async listen(server: Server): Promise<void> {
    const { host, port } = this.#address
    server.listen({ host, port })
    try {
      await once(server, 'listening')
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException
      const reason = code === 'EADDRINUSE' ? 'the address is in use' : message
      throw new ControlAddressError(`Cannot listen on ${host}:${port}: ${reason}`, { cause })
    }
    this.#address = { host, port: (server.address() as AddressInfo).port }
  }

  protected async cleanUp(): Promise<void> {}
}
