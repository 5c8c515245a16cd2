import { encodeError } from '@conc/core'
import {
  attemptOf,
  Cancellation,
  type Frame,
  follows,
  nestedHome,
  onBodyStart,
  restoredFrame,
  runInFrame,
  type TaskDefinition,
  taskDefinition,
} from '@conc/core/internal'
import { type NestedRequest, toThread } from '../between/messages.js'
import type { Thread } from '../thread/thread.js'
import type { Attempt } from './attempt.js'
import { answerBody } from './body-questions.js'
import { NestedAnswer, type NestedOwner } from './nested-answer.js'
import { goesOn, waits } from './nested-wait.js'

/** The executor as calls from its threads use it. */
export interface NestedHost {
  /** Accepts one attempt, also while it drains; `owner` is told its end, perhaps at once. */
  submit(work: TaskWork, args: readonly unknown[], owner: NestedOwner): NestedCall
  ready(): Promise<void>
}

/** Stands for a task that only threads have loaded. */
export interface TaskWork {
  (): never
  readonly [taskDefinition]: TaskDefinition
}

/** A call that a body made, wherever it runs. */
interface NestedCall {
  readonly isSettled: boolean
  interrupt(reason: unknown): void
}

/** What is known of the nested calls of one thread. */
class CallsOfThread {
  /** By the thread's own numbers. */
  readonly works: TaskWork[] = []
  readonly calls = new Map<number, Pick<NestedCall, 'interrupt'>>()
}

/**
 * Calls that bodies make on the pool they run on. While a body has some outstanding it holds no slot, so that any depth
 * works on any number of threads; it gets the last answer when a slot of its thread is free.
 */
export class NestedCalls {
  readonly #host: NestedHost
  readonly #threads = new Map<Thread, CallsOfThread>()
  readonly #works = new Map<string, TaskWork>()

  constructor(host: NestedHost) {
    this.#host = host
  }

  /** A thread will name this task by a number. */
  declare(
    thread: Thread,
    task: number,
    name: string,
    module: string | undefined,
    isStream: boolean,
  ): void {
    this.#of(thread).works[task] = this.#workFor(name, module, isStream)
  }

  call(thread: Thread, nested: number, parent: Attempt | undefined, request: NestedRequest): void {
    const { works, calls } = this.#of(thread)
    const work = works[request.task] as TaskWork
    waits(thread, parent)
    const caller = { thread, nested, parent }
    const answer = new NestedAnswer(caller, work[taskDefinition], request, () => {
      calls.delete(nested)
    })
    const frame: Frame = {
      ...restoredFrame(request.context),
      task: parent?.asParent(request.context?.parentId),
      locks: parent?.call.frame?.locks,
      logs: parent?.call.frame?.logs,
    }
    const { args } = request
    const call = runInFrame(
      frame,
      () => sentElsewhere(work, args, answer) ?? this.#host.submit(work, args, answer),
    )
    if (!call.isSettled) calls.set(nested, call)
  }

  cancel(thread: Thread, nested: number, reason: unknown): void {
    this.#threads.get(thread)?.calls.get(nested)?.interrupt(reason)
  }

  /** A body asks something of this thread; while it has no answer it holds no slot. */
  ask(
    thread: Thread,
    nested: number,
    body: Attempt | undefined,
    question: { readonly service: string; readonly request: unknown },
  ): void {
    const { calls } = this.#of(thread)
    const controller = new AbortController()
    const { signal } = controller
    calls.set(nested, { interrupt: (reason) => controller.abort(reason) })
    waits(thread, body)
    const answered = (answer: () => void): void => {
      calls.delete(nested)
      goesOn(thread, body, answer)
    }
    answerBody(body, question.service, question.request, signal).then(
      (value) => answered(() => thread.answer([toThread.nestedResult, nested, value])),
      (error) =>
        answered(() =>
          thread.answer([toThread.nestedFailure, nested, encodeError(error), 'infrastructure']),
        ),
    )
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
    waits(thread, body)
  }

  waitOver(thread: Thread, nested: number, body: Attempt | undefined): void {
    goesOn(thread, body, () => thread.answer([toThread.nestedResult, nested, undefined]))
  }

  /** The thread is gone; its bodies have been told. */
  forget(thread: Thread): void {
    this.#threads.delete(thread)
  }

  #of(thread: Thread): CallsOfThread {
    let known = this.#threads.get(thread)
    if (known === undefined) {
      known = new CallsOfThread()
      this.#threads.set(thread, known)
    }
    return known
  }

  /** One for all threads: each of them is told a task once. */
  #workFor(name: string, module: string | undefined, isStream: boolean): TaskWork {
    const key = `${name} ${module} ${isStream}`
    const known = this.#works.get(key)
    if (known) return known
    const made = workFor(name, module, isStream)
    this.#works.set(key, made)
    return made
  }
}

/** Sends a call to where its caller's calls go, if that is not here. A stream stays: its items go from thread to thread. */
function sentElsewhere(
  work: TaskWork,
  args: readonly unknown[],
  answer: NestedAnswer,
): NestedCall | undefined {
  if (answer.isStream) return undefined
  const { options } = answer
  const cancellation = new Cancellation()
  const promise = options[nestedHome]?.submit(work, args, {
    ...options,
    [follows]: cancellation,
    [onBodyStart]: () => answer.begun(),
    [attemptOf]: answer,
  })
  promise?.then(
    (value) => answer.resolved(value),
    (error) => answer.rejected(error),
  )
  return promise && { isSettled: false, interrupt: (reason) => cancellation.cancel(reason) }
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
