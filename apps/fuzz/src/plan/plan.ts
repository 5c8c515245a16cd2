import type { CloseOptions } from '@conc/core'
import { Random } from '../random.js'
import { type CallPlan, growCalls } from './calls.js'
import { type Composition, growComposition } from './composition.js'
import { type Disturbance, growDisturbances } from './disturbances.js'
import type { RoundOptions } from './round-options.js'

/** All that a round does, decided by its seed alone. */
export interface Plan {
  readonly seed: number
  readonly composition: Composition
  readonly calls: readonly CallPlan[]
  readonly disturbances: readonly Disturbance[]
  readonly closing: Closing
}

/** How the round ends. */
interface Closing {
  /** Whether the outermost executor is closed while its calls are in flight, or once all have settled. */
  readonly isAmid: boolean
  readonly root: CloseOptions
  /** Of the executors it is made of. */
  readonly rest: CloseOptions
  /** A stream is left open, without anybody who pulls it. */
  readonly hasOpenStream: boolean
}

export function planOf(seed: number, options: RoundOptions): Plan {
  const random = new Random(seed)
  const composition = growComposition(random.fork('composition'), options)
  return {
    seed,
    composition,
    calls: growCalls(random.fork('calls'), composition, options),
    disturbances: growDisturbances(random.fork('disturbances'), composition, options),
    closing: growClosing(random.fork('closing')),
  }
}

function growClosing(random: Random): Closing {
  return {
    isAmid: random.chance(0.3),
    root: growCloseOptions(random),
    rest: growCloseOptions(random),
    hasOpenStream: random.chance(0.3),
  }
}

function growCloseOptions(random: Random): CloseOptions {
  return {
    ...(random.chance(0.7) && { pending: random.pick(['run', 'reject'] as const) }),
    ...(random.chance(0.3) && { timeoutMs: random.int(0, 1000) }),
  }
}
