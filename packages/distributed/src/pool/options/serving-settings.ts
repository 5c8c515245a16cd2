import { randomBytes } from 'node:crypto'
import { InvalidOptionError } from '@conc/core'
import { describedAs } from '@conc/core/internal'
import { type ServeOptions, serveSettings } from '../../server/serve-options.js'
import type { WorkerPoolOptions } from './pool-options.js'

/** How a pool that listens is served. */
export type ServingSettings = ServeOptions & { readonly authkey: Uint8Array }

/** `undefined` where the pool has no port. @throws {InvalidOptionError} */
export function servingOf({
  port,
  host,
  authkey,
  tls,
  maxPayloadBytes,
  graceMs,
}: WorkerPoolOptions): ServingSettings | undefined {
  if (port === undefined) {
    for (const [option, value] of Object.entries({ host, authkey, tls })) {
      // A key is not shown: errors end up in logs.
      const received = describedAs(
        `a${typeof value === 'object' ? 'n object' : ` ${typeof value}`}`,
      )
      if (value !== undefined)
        throw new InvalidOptionError(option, 'left out where there is no `port`', received)
    }
    return undefined
  }
  const serving = {
    port,
    authkey: authkey === undefined ? randomBytes(32) : authkey,
    ...(host !== undefined && { host }),
    ...(tls !== undefined && { tls }),
    ...(maxPayloadBytes !== undefined && { maxPayloadBytes }),
    ...(graceMs !== undefined && { graceMs }),
  }
  serveSettings(serving)
  return { ...serving, authkey: Buffer.from(serving.authkey as Uint8Array) }
}
