const alreadyResolved = Promise.resolve()

/** Calls `then` after the promises that can go on now, those that they let go on, and so forth. */
export function atTurnEnd(then: () => void): void {
  // Not queueMicrotask: Node wraps each of those in an async resource of its own.
  void alreadyResolved.then(() => process.nextTick(then))
}
