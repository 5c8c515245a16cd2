import { TaskTimeoutError } from '@conc/core'
import { type Cancellation, inFrame } from '@conc/core/internal'
import type { Bodies } from './bodies.js'
import { BodyContext } from './body-context.js'
import type { Hold } from './gate.js'
import type { Piece } from './piece.js'
import { isThenable, promiseOf } from './thenable.js'

/** One attempt of a plain function on this event loop. @returns its value or a promise of it; may throw. */
export function callHere(
  piece: Piece,
  number: number,
  bodies: Bodies,
  hold: Hold | undefined,
): unknown {
  const { timeoutMs } = piece.route
  if (timeoutMs !== undefined) return new TimedCall(piece, number, timeoutMs, bodies, hold).make()
  const context = piece.context(number, piece.cancellation, hold)
  bodies.began()
  let made: unknown
  try {
    made = inFrame({ weave: BodyContext.around(context) }, () => piece.invoke(context))
    if (isThenable(made)) return promiseOf(made).finally(() => bodies.ended())
  } catch (error) {
    bodies.ended()
    throw error
  }
  bodies.ended()
  return made
}

/** An attempt that ends in time; its body may not, and is told to by its signal. */
class TimedCall {
  readonly #piece: Piece
  readonly #number: number
  readonly #timeoutMs: number
  readonly #bodies: Bodies
  readonly #context: BodyContext
  readonly #cancellation: Cancellation
  readonly #untie: () => void

  constructor(
    piece: Piece,
    number: number,
    timeoutMs: number,
    bodies: Bodies,
    hold: Hold | undefined,
  ) {
    const { cancellation, untie } = piece.attemptCancellation()
    this.#piece = piece
    this.#number = number
    this.#timeoutMs = timeoutMs
    this.#bodies = bodies
    this.#context = piece.context(number, cancellation, hold)
    this.#cancellation = cancellation
    this.#untie = untie
  }

  make(): unknown {
    const startedAt = performance.now()
    this.#bodies.began()
    let made: unknown
    try {
      const frame = { deadline: this.#context.deadline, weave: BodyContext.around(this.#context) }
      made = inFrame(frame, () => this.#piece.invoke(this.#context))
      if (isThenable(made)) return this.#inTime(promiseOf(made), startedAt)
    } catch (error) {
      this.#ended()
      throw error
    }
    this.#ended()
    // A synchronous body blocks the timers too: it is judged when it returns.
    if (performance.now() - startedAt > this.#timeoutMs) throw this.#expire()
    return made
  }

  #inTime(made: Promise<unknown>, startedAt: number): Promise<unknown> {
    const leftMs = Math.max(this.#timeoutMs - (performance.now() - startedAt), 0)
    return new Promise((resolve, reject) => {
      const callOff = this.#piece.host.alarms.set(leftMs, () => reject(this.#expire()))
      made.then(
        (value) => {
          callOff()
          this.#ended()
          resolve(value)
        },
        (error) => {
          callOff()
          this.#ended()
          reject(error)
        },
      )
    })
  }

  #ended(): void {
    this.#untie()
    this.#bodies.ended()
  }

  #expire(): TaskTimeoutError {
    const task = this.#piece.taskName
    const error = new TaskTimeoutError(`Task '${task}' timed out after ${this.#timeoutMs} ms.`, {
      phase: 'running',
      task,
      executor: 'inline',
      attempt: this.#number,
    })
    this.#cancellation.cancel(error)
    return error
  }
}
