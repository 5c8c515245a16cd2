import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { encodeError, type Transferable } from '@conc/core'
import {
  attemptNumber,
  type Call,
  type ForwardedOptions,
  type Frame,
  restoredFrame,
  runInFrame,
  type TaskDefinition,
  taskDefinition,
} from '@conc/core/internal'
import { type Blame, type NestedRequest, toThread } from '../between/messages.js'
import { cloneFailure } from '../between/values.js'
import type { Thread } from '../thread/thread.js'
import type { Attempt, AttemptOwner } from './attempt.js'

/** The executor as calls from its threads use it. */
export interface NestedHost {
  /** Accepts one attempt, also while it drains. */
  submit(work: TaskWork, args: readonly unknown[], owner: NestedOwner): Call
  ready(): Promise<void>
}

/** Stands for a task that only threads have loaded. */
export interface TaskWork {
  (): never
  readonly [taskDefinition]: TaskDefinition
}

export interface NestedOwner extends AttemptOwner {
  readonly options: ForwardedOptions
  readonly attempt: number
}

/**
 * Calls that bodies make on the pool they run on. While a body has some outstanding it holds no slot, so that any depth
 * works on any number of threads; it gets the last answer when a slot of its thread is free.
 */
export class NestedCalls {
  readonly #host: NestedHost
  readonly #calls = new Map<Thread, Map<number, Call>>()
  readonly #works = new Map<string, TaskWork>()

  constructor(host: NestedHost) {
    this.#host = host
  }

  call(thread: Thread, nested: number, parent: Attempt | undefined, request: NestedRequest): void {
    suspend(thread, parent)
    const answer = new NestedAnswer(thread, nested, parent, request)
    const frame: Frame = {
      ...restoredFrame(request.context),
      task: parent?.asParent(request.context?.parentId),
    }
    const call = runInFrame(frame, () =>
      this.#host.submit(this.#workOf(request), request.args, answer),
    )
    const calls = this.#callsOf(thread)
    calls.set(nested, call)
    answer.follow(call, () => calls.delete(nested))
  }

  cancel(thread: Thread, nested: number, reason: unknown): void {
    this.#calls.get(thread)?.get(nested)?.interrupt(reason)
  }

  ready(thread: Thread, nested: number): void {
    this.#host.ready().then(
      () => thread.answer([toThread.nestedResult, nested, undefined]),
      (error) =>
        thread.answer([toThread.nestedFailure, nested, encodeError(error), 'infrastructure']),
    )
  }

  /** A body waits for something else than a nested call, and gives its slot up meanwhile. */
  waitBegun(thread: Thread, body: Attempt | undefined): void {
    suspend(thread, body)
  }

  waitOver(thread: Thread, nested: number, body: Attempt | undefined): void {
    resume(thread, body, () => thread.answer([toThread.nestedResult, nested, undefined]))
  }

  /** The thread is gone; its bodies have been told. */
  forget(thread: Thread): void {
    this.#calls.delete(thread)
  }

  #callsOf(thread: Thread): Map<number, Call> {
    let calls = this.#calls.get(thread)
    if (calls === undefined) {
      calls = new Map()
      this.#calls.set(thread, calls)
    }
    return calls
  }

  #workOf({ name, module, isStream }: NestedRequest): TaskWork {
    const key = `${name} ${module} ${isStream}`
    const known = this.#works.get(key)
    if (known) return known
    const made = workFor(name, module, isStream)
    this.#works.set(key, made)
    return made
  }
}

/** Brings the end of a nested call back into the thread that made it. */
class NestedAnswer implements NestedOwner {
  readonly options: ForwardedOptions
  readonly attempt: number
  readonly #thread: Thread
  readonly #nested: number
  readonly #parent: Attempt | undefined
  readonly #request: NestedRequest
  #call: Call | undefined
  #moved: readonly Transferable[] | undefined
  #bodyFailure: { readonly error: unknown } | undefined

  constructor(thread: Thread, nested: number, parent: Attempt | undefined, request: NestedRequest) {
    this.#thread = thread
    this.#nested = nested
    this.#parent = parent
    this.#request = request
    this.attempt = request.context?.attempt ?? 1
    this.options = this.#optionsOf(request)
  }

  follow(call: Call, settled: () => void): void {
    this.#call = call
    call.promise.then(
      (value) => this.#settle(settled, () => this.#sendResult(value)),
      (error) => this.#settle(settled, () => this.#sendFailure(error)),
    )
  }

  succeeded(attempt: Attempt, value: unknown): void {
    this.#moved = attempt.moved
    this.#call?.resolve(value)
  }

  failed(_: Attempt, error: unknown, blame: Blame): void {
    if (blame === 'body') this.#bodyFailure = { error }
    this.#call?.reject(error)
  }

  placed(attempt: Attempt): MessagePort | undefined {
    const { isStream } = this.#request
    if (!isStream && attempt.call.deadline === undefined) return undefined
    const { port1, port2 } = isStream ? new MessageChannel() : {}
    this.#thread.answer([toThread.nestedBegun, this.#nested, port1], port1 && [port1])
    return port2
  }

  #settle(settled: () => void, send: () => void): void {
    settled()
    resume(this.#thread, this.#parent, send)
  }

  #sendResult(value: unknown): void {
    try {
      this.#thread.answer([toThread.nestedResult, this.#nested, value], this.#moved)
    } catch (cause) {
      const owner = { task: this.#request.name, executor: this.#thread.executor, started: true }
      this.#sendFailure(cloneFailure(cause, value, 'result', this.#moved, owner))
    }
  }

  #sendFailure(error: unknown): void {
    const blame = this.#bodyFailure?.error === error ? 'body' : 'infrastructure'
    this.#thread.answer([toThread.nestedFailure, this.#nested, encodeError(error), blame])
  }

  #optionsOf({ context, priority, transfer }: NestedRequest): ForwardedOptions {
    const progress = (data: unknown): void =>
      this.#thread.answer([toThread.nestedProgress, this.#nested, data])
    return {
      retry: 0,
      [attemptNumber]: this.attempt,
      ...(context?.headers && { headers: context.headers }),
      ...(priority !== undefined && { priority }),
      ...(transfer && { transfer }),
      ...(context?.wantsProgress && { onProgress: progress }),
    }
  }
}

function suspend(thread: Thread, body: Attempt | undefined): void {
  if (body && body.outstanding++ === 0) thread.drop(body)
}

/** Lets a body go on; what it waited for last is delivered when it has a slot again. */
function resume(thread: Thread, body: Attempt | undefined, deliver: () => void): void {
  const wasLast = body !== undefined && --body.outstanding === 0
  const needsSlot = wasLast && body.state === 'placed' && !body.holdsSlot
  if (needsSlot && thread.isAlive) thread.resumption.add(body, deliver)
  else deliver()
}

function workFor(name: string, module: string | undefined, isStream: boolean): TaskWork {
  const never = (): never => {
    throw new Error(`Task '${name}' runs in threads only.`)
  }
  const definition: TaskDefinition = {
    name,
    module,
    isStream,
    fn: never,
    version: undefined,
    idempotent: undefined,
    retry: undefined,
    timeoutMs: undefined,
    input: undefined,
  }
  return Object.assign(never, { [taskDefinition]: definition })
}
