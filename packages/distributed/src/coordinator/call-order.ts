/** A place in the order of all that waits for a pool. */
export interface Ordered {
  /** Calls above it. */
  readonly depth: number
  readonly priority: number
  /** As `performance.now()` has it. */
  readonly waitsSince: number
}

/** Whatever is nested deeper, then what has the higher priority, then what came first. */
export function comesBefore(one: Ordered, other: Ordered): boolean {
  if (one.depth !== other.depth) return one.depth > other.depth
  if (one.priority !== other.priority) return one.priority > other.priority
  return one.waitsSince < other.waitsSince
}
