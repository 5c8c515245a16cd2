import { AsyncResource } from 'node:async_hooks'
import { UnsupportedWorkError } from '../../errors/executor-error.js'
import { deferred } from '../deferred.js'
import type { TaskDefinition } from '../tasks/task-definition.js'
import { isTraced, traced } from './events.js'
import { type Frame, runInFrame } from './frame.js'
import { describe } from './run-task.js'
import type { RunningTask } from './running-task.js'
import type { Producer } from './stream-call.js'

type AnyIterator<Y> = AsyncIterator<Y, unknown> | Iterator<Y, unknown>

/** A generator that runs here. Each step runs in the frame of its task. */
export class LocalProducer<Y> implements Producer<Y> {
  readonly isHere = true
  readonly #iterator: AnyIterator<Y>
  readonly #frame: Frame | undefined
  readonly #ended: () => void
  /** The caller's async context: what ends the body may run in any other. */
  readonly #scope = new AsyncResource('conc.stream')
  #current: Promise<unknown> | undefined
  /** The last step, where nobody here has looked at how it ended. */
  #unseen: Promise<IteratorResult<Y, unknown>> | undefined
  #isOver = false
  #stopping: Promise<void> | undefined

  /** @param ended called once, when the body is over. */
  constructor(iterator: AnyIterator<Y>, frame: Frame | undefined, ended: () => void) {
    this.#iterator = iterator
    this.#frame = frame
    this.#ended = ended
  }

  /** Starts the generator of a declared task whose arguments are valid. */
  static async ofTask<Y>(
    definition: TaskDefinition,
    args: readonly unknown[],
    context: RunningTask,
    frame: Frame,
    ended: () => void,
  ): Promise<LocalProducer<Y>> {
    const made = await runInFrame(frame, () => definition.fn(...(args as never[])))
    const iterator = iteratorOf<Y>(made, context.executor)
    return new LocalProducer<Y>(traceIterator(iterator, context), frame, ended)
  }

  next(): Promise<IteratorResult<Y, unknown>> {
    const step = this.#step()
    this.#current = step
    return step
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  #step(): Promise<IteratorResult<Y, unknown>> {
    try {
      const step = this.#frame ? runInFrame(this.#frame, this.#advance) : this.#advance()
      this.#unseen = undefined
      if (!(step instanceof Promise)) return this.#unwrapped(step)
      this.#unseen = step
      return step
    } catch (error) {
      this.#isOver = true
      return Promise.reject(error)
    }
  }

  readonly #advance = (): Promise<IteratorResult<Y, unknown>> | IteratorResult<Y, unknown> =>
    this.#iterator.next()

  readonly #stepped = (step: IteratorResult<Y, unknown>): IteratorResult<Y, unknown> => {
    if (step.done) this.#isOver = true
    return step
  }

  readonly #broke = (error: unknown): never => {
    this.#isOver = true
    throw error
  }

  /** A sync generator may yield promises: `for await` would wait for them too. */
  async #unwrapped(
    step: PromiseLike<IteratorResult<Y, unknown>> | IteratorResult<Y, unknown>,
  ): Promise<IteratorResult<Y, unknown>> {
    const { done = false, value } = await Promise.resolve(step).then(this.#stepped, this.#broke)
    return { done, value: await value } as IteratorResult<Y, unknown>
  }

  async #stop(): Promise<void> {
    try {
      if (!(await this.#hasEnded())) await this.#scope.runInAsyncScope(this.#return)
    } finally {
      this.#ended()
    }
  }

  /** Looked at only now, when no step is to come: a promise less for each item. */
  async #hasEnded(): Promise<boolean> {
    await this.#current?.catch(() => {})
    if (this.#isOver || this.#unseen === undefined) return this.#isOver
    try {
      return (await this.#unseen).done === true
    } catch {
      return true
    }
  }

  readonly #return = (): unknown => {
    const returned = (): unknown => this.#iterator.return?.()
    return this.#frame ? runInFrame(this.#frame, returned) : returned()
  }
}

/** The iterator of what a streamed function returned. @throws {UnsupportedWorkError} it returned nothing to iterate. */
export function iteratorOf<Y>(value: unknown, executor: string): AnyIterator<Y> {
  if (typeof value === 'object' && value !== null) {
    const iterable = value as Partial<AsyncIterable<Y> & Iterable<Y>>
    const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.()
    if (iterator) return iterator
  }
  throw new UnsupportedWorkError(
    `Executor '${executor}' was asked to stream work that returned no iterable. Use a generator, or submit() for a single result.`,
    { executor },
  )
}

/** Lets `conc:task` see the whole stream as one body, from the first item asked for to the end. */
function traceIterator<Y>(iterator: AnyIterator<Y>, context: RunningTask): AnyIterator<Y> {
  if (!isTraced()) return iterator
  const end = deferred()
  traced(
    () => describe(context),
    () => end.promise,
  ).catch(() => {})
  return {
    async next() {
      try {
        const result = await iterator.next()
        if (result.done) end.resolve()
        return result
      } catch (error) {
        end.reject(error)
        throw error
      }
    },
    async return() {
      try {
        return (await iterator.return?.()) ?? { done: true, value: undefined }
      } finally {
        end.resolve()
      }
    },
  }
}
