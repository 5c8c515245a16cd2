import { processState } from '@conc/core/internal'

interface Surroundings {
  depth: number
  authkey: Uint8Array | undefined
}

const around = processState<Surroundings>('pool-around', () => ({ depth: 0, authkey: undefined }))

/** How many pools are around this process. */
export function poolDepth(): number {
  return around.depth
}

/** What the pool that this process works for asks of sessions; `undefined` where it does not listen, or there is none. */
export function poolKeyHere(): Uint8Array | undefined {
  return around.authkey
}

/** To be called in a worker, before any of its modules. */
export function setPoolAround(depth: number, authkey: Uint8Array | undefined): void {
  around.depth = depth
  around.authkey = authkey
}
