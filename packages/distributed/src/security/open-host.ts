import { InvalidOptionError } from '@conc/core'
import { isLoopback } from './host-names.js'
import { type ProofKeys, strongKeyBytes } from './keys.js'
import type { ServerTls } from './tls-options.js'

/** @throws {InvalidOptionError} strangers could reach the host, and nothing keeps them out. */
export function refuseOpenHost(
  host: string,
  keys: readonly ProofKeys[],
  { insecure, tls }: { readonly insecure: boolean; readonly tls: ServerTls | undefined },
): void {
  if (insecure || isLoopback(host)) return
  const weakest = Math.min(...keys.map(({ byteLength }) => byteLength))
  if (weakest >= strongKeyBytes && tls !== undefined) return
  throw new InvalidOptionError(
    'host',
    `a loopback host, or to come with an authkey of at least ${strongKeyBytes} bytes and tls (insecure: true allows less)`,
    host,
  )
}
