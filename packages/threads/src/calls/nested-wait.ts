import type { Thread } from '../thread/thread.js'
import type { Attempt } from './attempt.js'

/** A body waits for something, and gives its slot up until `goesOn`. */
export function waits(thread: Thread, body: Attempt | undefined): void {
  if (body === undefined || body.outstanding++ > 0) return
  // It gave up what it waited for before, and did not wait for its slot: with one it would keep others from theirs.
  thread.resumption.forget(body)
  thread.placement.drop(body)
}

/**
 * A body goes on by itself: its thread has given it the result of `child`, which ran there and leaves it its slot.
 *
 * @param wasTold the call had ended otherwise meanwhile, and its body been told; it does not listen any more.
 */
export function wentOn(
  thread: Thread,
  body: Attempt | undefined,
  child: Attempt,
  wasTold: boolean,
): void {
  if (body === undefined) return
  if (!wasTold) body.outstanding--
  const needsSlot = body.outstanding === 0 && body.state === 'placed' && !body.holdsSlot
  if (!needsSlot || !child.holdsSlot) return
  thread.resumption.forget(body)
  thread.placement.handOver(child, body)
}

/** Lets a body go on; what it waited for last is delivered when it has a slot again. */
export function goesOn(thread: Thread, body: Attempt | undefined, deliver: () => void): void {
  const wasLast = body !== undefined && --body.outstanding === 0
  const needsSlot = wasLast && body.state === 'placed' && !body.holdsSlot
  if (needsSlot && thread.isAlive) thread.resumption.add(body, deliver)
  else deliver()
}
