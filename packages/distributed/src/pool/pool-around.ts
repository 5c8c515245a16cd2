import { processState } from '@conc/core/internal'

interface Surroundings {
  depth: number
  /** Processes beside each other, at most: the breadths of the pools around, multiplied. */
  breadth: number
  authkey: Uint8Array | undefined
}

const around = processState<Surroundings>('pool-around', () => ({
  depth: 0,
  breadth: 1,
  authkey: undefined,
}))

/** How many pools are around this process. */
export function poolDepth(): number {
  return around.depth
}

/** The breadths of the pools around this process, multiplied. */
export function breadthAround(): number {
  return around.breadth
}

/** What the pool that this process works for asks of sessions; `undefined` where it does not listen, or there is none. */
export function poolKeyHere(): Uint8Array | undefined {
  return around.authkey
}

/** To be called in a worker, before any of its modules. */
export function setPoolAround({
  depth,
  breadth,
  authkey,
}: {
  readonly depth: number
  readonly breadth: number
  readonly authkey?: Uint8Array
}): void {
  around.depth = depth
  around.breadth = breadth
  around.authkey = authkey
}
