import { type Executor, ExecutorError, QueueFullError } from '@conc/core'
import {
  attemptNumber,
  attemptOf,
  type BodyFailures,
  currentFrame,
  type ForwardedOptions,
  inFrame,
  onBodyEnd,
  reportsEnd,
  type TaskDefinition,
  taskDefinition,
} from '@conc/core/internal'
import type { Bodies } from './bodies.js'
import { BodyContext } from './body-context.js'
import type { Hold } from './gate.js'
import type { Piece } from './piece.js'

/** What bodies have thrown, as far as executors say so: their failure, not the executor's. */
const thrownByBodies = new WeakSet<object>()

const thrown: BodyFailures = {
  threw(error) {
    if (typeof error === 'object' && error !== null) thrownByBodies.add(error)
  },
}

/**
 * One attempt on an executor: one submit.
 *
 * @param key the idempotency key of this attempt.
 */
export async function callThere(
  piece: Piece,
  executor: Executor,
  number: number,
  key: string | undefined,
  bodies: Bodies,
  hold: Hold | undefined,
): Promise<unknown> {
  const { cancellation, untie } = piece.attemptCancellation()
  const tellsEnd = reportsEnd in executor
  try {
    const context = piece.context(number, cancellation, hold)
    const { isTask, body } = piece.route
    const work = isTask ? body : bodyAsTask(piece, context)
    const args = isTask ? piece.taskArguments() : []
    const common = submitOptions(piece, cancellation.signal, number, key)
    const submit = (): Promise<unknown> => {
      if (cancellation.isCancelled) throw cancellation.reason
      bodies.began()
      try {
        if (!tellsEnd) return executor.submit(work, args, common).finally(() => bodies.ended())
        const options: ForwardedOptions = { ...common, [onBodyEnd]: () => bodies.ended() }
        return executor.submit(work, args, options)
      } catch (error) {
        // Refused in the call itself: no body will tell its end.
        bodies.ended()
        throw error
      }
    }
    const frame = { weave: BodyContext.around(context) }
    return await submitWhenReady(piece, executor, cancellation.signal, () => inFrame(frame, submit))
  } catch (error) {
    // A plain function there sees only the signal of its context.
    cancellation.cancel(error)
    throw error
  } finally {
    untie()
  }
}

/** Whose failure an attempt there was. */
export function blameThere(error: unknown): 'body' | 'infrastructure' {
  if (typeof error === 'object' && error !== null && thrownByBodies.has(error)) return 'body'
  return error instanceof ExecutorError ? 'infrastructure' : 'body'
}

/** With a queue limit, one call at a time waits for room and submits: a big map cannot flood the executor. */
async function submitWhenReady(
  piece: Piece,
  executor: Executor,
  signal: AbortSignal,
  submit: () => Promise<unknown>,
): Promise<unknown> {
  if (executor.load.queueLimit === Number.POSITIVE_INFINITY) return await submit()
  for (;;) {
    await piece.host.room(executor, signal)
    try {
      return await submit()
    } catch (error) {
      // Somebody else was quicker. The signal is for executors whose `ready()` does not look at it.
      if (!(error instanceof QueueFullError) || thrownByBodies.has(error) || signal.aborted)
        throw error
    }
  }
}

/**
 * A plain function with a definition: executors that call functions in this process then let work that is nested in it
 * have its slot, which they would not for a function.
 */
function bodyAsTask(piece: Piece, context: BodyContext): () => Promise<unknown> {
  const fn = (): Promise<unknown> => invokeThere(piece, context)
  const definition: TaskDefinition = { ...plainFunction, name: piece.taskName, fn }
  return Object.defineProperty(fn, taskDefinition, { value: definition })
}

async function invokeThere(piece: Piece, context: BodyContext): Promise<unknown> {
  BodyContext.runsAs(context, currentFrame()?.task)
  try {
    return await piece.invoke(context)
  } catch (error) {
    thrown.threw(error)
    throw error
  }
}

const plainFunction: Omit<TaskDefinition, 'name' | 'fn'> = {
  isFunction: true,
  module: undefined,
  isStream: false,
  version: undefined,
  idempotent: undefined,
  retry: undefined,
  timeoutMs: undefined,
  input: undefined,
}

function submitOptions(
  { host, route, index }: Piece,
  signal: AbortSignal,
  number: number,
  idempotencyKey: string | undefined,
): ForwardedOptions {
  const { task, timeoutMs, options } = route
  const { observer } = host
  const onProgress = (data: unknown): void => observer?.progress(task, index, data)
  return {
    signal,
    retry: 0,
    [attemptNumber]: number,
    [attemptOf]: thrown,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(options.priority !== undefined && { priority: options.priority }),
    ...(options.headers && { headers: options.headers }),
    ...(options.tags && { tags: options.tags }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(observer && { onProgress }),
  }
}
