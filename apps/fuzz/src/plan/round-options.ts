import type { Kind } from './composition.js'

/** How hard a round is. `'light'` is over in a second or two. */
export type Level = 'light' | 'hard'

/** What decides a round, beside its seed. Plain data: the round's process is told it. */
export interface RoundOptions {
  readonly level: Level
  /** Of what compositions are made. */
  readonly kinds: readonly Kind[]
  readonly depth: number
  /** Without it there are no queues. */
  readonly redis: string | undefined
  /** At most so many of the round's calls and disturbances: the first of them. */
  readonly calls: number
  readonly disturbances: number
  /** How long calls and closes may take once nothing disturbs them any more. */
  readonly limitMs: number
  /** A promise that is broken on purpose, to see that it is noticed. */
  readonly plant: string | undefined
}

/** How long processes may take to end once they have nothing to do. */
export function endLimitOf({ limitMs }: RoundOptions): number {
  return Math.min(limitMs, 8000)
}
