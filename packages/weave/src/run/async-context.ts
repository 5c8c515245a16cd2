import { hasLaidFrames } from '@conc/core/internal'
import { firstInput } from '../plan/graph.js'
import type { Ledger } from './ledger.js'

/** From Node 24 on an async context has next to no price; before, each promise inside of one pays for it. */
const isCheap = Number.parseInt(process.versions.node, 10) >= 24
const mostInContext = 1000

let runsWithout = 0

/** A run that lays no async context around its bodies has begun. */
export function beganWithoutContext(): void {
  runsWithout++
}

export function endedWithoutContext(): void {
  runsWithout--
}

/** Whether code outside of every context may still be part of a body. */
export function mayBeWithoutContext(): boolean {
  return runsWithout > 0
}

/**
 * Whether a run that asks for nothing in particular lays an async context around its bodies, by which nested weaves and
 * `merge` find them. Past 1000 tasks and items that are known beforehand the first context of a process would cost more
 * than all the rest; without one they are found in the synchronous part of a body only.
 */
export function isWorthContext(ledger: Ledger): boolean {
  if (isCheap || hasLaidFrames()) return true
  let size = ledger.graph.count
  for (const source of ledger.graph.sources.values()) size += knownItems(ledger, source)
  return size <= mostInContext
}

function knownItems({ graph, inputs }: Ledger, source: number | object): number {
  if (typeof source === 'number' && source > firstInput) return 0
  const items =
    typeof source === 'number' ? inputs[graph.inputNames[firstInput - source] as string] : source
  if (Array.isArray(items)) return items.length
  return items instanceof Map || items instanceof Set ? items.size : 0
}
