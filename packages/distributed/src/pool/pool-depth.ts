import { processState } from '@conc/core/internal'

const holder = processState('pool-depth', () => ({ depth: 0 }))

/** How many pools are around this process. */
export function poolDepth(): number {
  return holder.depth
}

/** To be called in a worker, before any of its modules. */
export function setPoolDepth(depth: number): void {
  holder.depth = depth
}
