import type { Frame } from '@conc/core/internal'
import type { Around } from './around.js'
import { isWorthContext } from './async-context.js'
import type { Host } from './host.js'
import type { RunInit } from './run-init.js'
import type { Surroundings } from './surroundings.js'

/** What the bodies of a run find around them; `undefined` where that would cost too much. */
export function frameOf(
  host: Host,
  { options, part }: RunInit,
  { slots, parents }: Surroundings,
): Frame | undefined {
  const { executor, deadline, cancellation } = host
  const isPlain = !executor && deadline === undefined && parents.length === 0
  if (isPlain && !hasAny(options) && !isWorthContext(host.ledger)) return undefined
  const context = part?.context
  const weave: Around = { host, context, executor, cancellation, deadline, slots }
  return { weave, ...(executor && { executor }), ...(deadline !== undefined && { deadline }) }
}

function hasAny(options: object): boolean {
  for (const _name in options) return true
  return false
}
