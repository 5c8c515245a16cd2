import type { Random } from '../random.js'
import { stormMsOf } from './calls.js'
import { type Composition, partsOf } from './composition.js'
import type { RoundOptions } from './round-options.js'

/** Something that happens to a part of the composition, and is put right after `forMs` where it can be. */
export interface Disturbance {
  readonly kind: DisturbanceKind
  readonly atMs: number
  readonly forMs: number
  /** From 0 to 1: which of the parts it hits. */
  readonly dice: number
  readonly pending: 'run' | 'reject'
}

type DisturbanceKind =
  | 'kill worker'
  | 'pause worker'
  | 'kill host'
  | 'pause host'
  | 'drain host'
  | 'cut'
  | 'cut one'
  | 'stall'
  | 'shut'
  | 'close server'
  | 'resize'
  | 'replace bull worker'
  | 'close part'

export function growDisturbances(
  random: Random,
  whole: Composition,
  options: RoundOptions,
): Disturbance[] {
  const possible = disturbancesOf(whole)
  if (possible.length === 0 || random.chance(0.15)) return []
  const count = options.level === 'light' ? random.int(1, 4) : random.int(2, 14)
  return Array.from({ length: Math.min(count, options.disturbances) }, (_, n) => {
    const own = random.fork(`disturbance ${n}`)
    return {
      kind: own.pick(possible),
      atMs: own.int(0, stormMsOf(options)),
      forMs: own.int(10, options.level === 'light' ? 200 : 1200),
      dice: own.next(),
      pending: own.pick(['run', 'reject'] as const),
    }
  })
}

/** What can happen to a composition; what happens often stands there more than once. */
function disturbancesOf(whole: Composition): DisturbanceKind[] {
  const parts = partsOf(whole)
  const found = parts.flatMap(disturbancesOfPart)
  // What is closed stays so, and little can happen to it any more.
  return parts.length > 1 && found.length > 3 ? [...found, 'close part'] : found
}

function disturbancesOfPart(part: Composition): DisturbanceKind[] {
  switch (part.kind) {
    case 'workers':
      return ['kill worker', 'kill worker', 'pause worker']
    case 'pool':
    case 'taskpool':
      return ['resize']
    case 'session': {
      const server: DisturbanceKind[] = part.isApart
        ? ['kill host', 'pause host', 'drain host']
        : ['close server']
      return ['cut', 'cut', 'cut one', 'stall', 'shut', ...server]
    }
    case 'bull': {
      const isApart = part.workers.some((worker) => worker.isApart)
      const isHere = part.workers.some((worker) => !worker.isApart)
      const apart: DisturbanceKind[] = isApart ? ['kill host', 'pause host', 'drain host'] : []
      const here: DisturbanceKind[] = isHere ? ['replace bull worker'] : []
      return ['cut', 'cut', 'cut one', 'stall', 'shut', ...apart, ...here]
    }
    default:
      return []
  }
}
