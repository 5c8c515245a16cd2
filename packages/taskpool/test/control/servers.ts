import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  type ControlServer,
  type ControlServerOptions,
  TcpControlServer,
  UnixControlServer,
} from '../../src/control/index.js'
import type { BaseTaskPool } from '../../src/index.js'
import { temporaryFolder } from './wires.js'

/** Starts a control server, which is closed after the test. */
type Serve = (pool: BaseTaskPool, options?: ControlServerOptions) => Promise<ControlServer>

export async function serveTcp(
  pool: BaseTaskPool,
  options: ControlServerOptions & { readonly host?: string } = {},
): Promise<TcpControlServer> {
  const server = new TcpControlServer(pool, { port: 0, ...options })
  onTestFinished(() => server.close())
  return await server.start()
}

export async function serveUnix(
  pool: BaseTaskPool,
  options: ControlServerOptions = {},
): Promise<UnixControlServer> {
  const path = join(await temporaryFolder(), 'pool.sock')
  const server = new UnixControlServer(pool, { path, ...options })
  onTestFinished(() => server.close())
  return await server.start()
}

/** What clients see is the same on both. */
export const servers: readonly { readonly kind: string; readonly serve: Serve }[] = [
  { kind: 'TCP', serve: serveTcp },
  { kind: 'a unix socket', serve: serveUnix },
]
