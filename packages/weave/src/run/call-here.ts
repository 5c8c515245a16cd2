import { TaskTimeoutError } from '@conc/core'
import { inFrame } from '@conc/core/internal'
import type { Bodies } from './bodies.js'
import type { BodyContext } from './body-context.js'
import type { Piece } from './piece.js'
import { isThenable } from './thenable.js'

/** One attempt of a plain function on this event loop. */
export async function callHere(piece: Piece, number: number, bodies: Bodies): Promise<unknown> {
  const { timeoutMs } = piece.route
  if (timeoutMs !== undefined) return await callInTime(piece, number, timeoutMs, bodies)
  return await tracked(bodies, () => piece.invoke(piece.context(number, piece.host.cancellation)))
}

/** The attempt ends in time; its body may not, and is told to by its signal. */
function callInTime(
  piece: Piece,
  number: number,
  timeoutMs: number,
  bodies: Bodies,
): Promise<unknown> {
  const { cancellation, untie } = piece.attemptCancellation()
  const context = piece.context(number, cancellation)
  return new Promise((resolve, reject) => {
    const expire = (): void => {
      const error = timedOut(piece, timeoutMs, number)
      cancellation.cancel(error)
      reject(error)
    }
    const callOff = piece.host.alarms.set(timeoutMs, expire)
    const body = (): unknown => judged(piece, context, timeoutMs, expire)
    inFrame({ deadline: context.deadline }, () => tracked(bodies, body))
      .then(resolve, reject)
      .finally(() => {
        callOff()
        untie()
      })
  })
}

/** A synchronous body blocks the timer too: it is judged when it returns. */
function judged(
  piece: Piece,
  context: BodyContext,
  timeoutMs: number,
  expire: () => void,
): unknown {
  const startedAt = performance.now()
  const made = piece.invoke(context)
  if (!isThenable(made) && performance.now() - startedAt > timeoutMs) expire()
  return made
}

async function tracked(bodies: Bodies, body: () => unknown): Promise<unknown> {
  bodies.began()
  try {
    return await body()
  } finally {
    bodies.ended()
  }
}

function timedOut({ taskName }: Piece, timeoutMs: number, attempt: number): TaskTimeoutError {
  return new TaskTimeoutError(`Task '${taskName}' timed out after ${timeoutMs} ms.`, {
    phase: 'running',
    task: taskName,
    executor: 'inline',
    attempt,
  })
}
