import { randomBytes } from 'node:crypto'
import { InvalidOptionError } from '@conc/core'
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
    // Of a key and of certificates only the type is shown: errors end up in logs.
    const given = { host, authkey: typeOf(authkey), tls: typeOf(tls) }
    for (const [option, value] of Object.entries(given)) {
      if (value !== undefined)
        throw new InvalidOptionError(option, 'given together with `port`', value)
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

function typeOf(value: unknown): string | undefined {
  return value === undefined ? undefined : typeof value
}
