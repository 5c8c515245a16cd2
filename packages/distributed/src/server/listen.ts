import type { Executor } from '@conc/core'
import { registerServer } from '../registry/register-server.js'
import { OpenServer } from './open-server.js'
import type { ServeSettings } from './serve-options.js'

/** @returns the server as it is inside: a pool ends its own in steps. Public declarations name `PoolServer` only. */
export async function listen(executor: Executor, settings: ServeSettings): Promise<OpenServer> {
  const server = await OpenServer.listen(executor, settings)
  if (settings.registration) await registerServer(server, settings.registration)
  return server
}
