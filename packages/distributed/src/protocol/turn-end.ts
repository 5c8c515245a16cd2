import { nextTick } from 'node:process'

const alreadyResolved = Promise.resolve()
let pending: (() => void)[] = []

/** Calls `then` after the promises that can go on now, those that they let go on, and so forth. */
export function atTurnEnd(then: () => void): void {
  // Not queueMicrotask: Node wraps each of those in an async resource of its own.
  if (pending.push(then) === 1) void alreadyResolved.then(() => nextTick(endTurn))
}

/** Calls now whatever waits for the end of the turn: the process ends in it. What throws keeps no other from its call. */
export function endTurn(): void {
  const due = pending
  pending = []
  let at = 0
  try {
    while (at < due.length) due[at++]?.()
  } finally {
    while (at < due.length) atTurnEnd(due[at++] as () => void)
  }
}
