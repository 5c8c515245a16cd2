import type { RoundOptions } from './plan/round-options.js'
import type { Fault } from './scene/faults.js'

/** What a round's process is started with. */
export interface RoundInput {
  readonly seed: number
  readonly options: RoundOptions
  readonly runId: string
  /** Where its bodies write down that they began. */
  readonly journal: string
}

/** What it says when it has done all, and is about to end. */
export interface Report {
  readonly faults: readonly Fault[]
  readonly calls: number
  /** How many calls came out how: `fulfilled`, or the code of the error. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly disturbances: number
  /** What holds the process. */
  readonly resources: readonly string[]
}

/** What it says when it is asked why it takes so long. */
export interface Sign {
  readonly unsettled: readonly string[]
  readonly faults: readonly Fault[]
  readonly resources: readonly string[]
}

/** What the lines on a round's stdout begin with that are for whoever has started it. */
export const prefixes = { report: 'REPORT ', sign: 'SIGN ' } as const
