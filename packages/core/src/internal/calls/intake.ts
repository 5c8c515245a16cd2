import type { StreamWork, SubmitOptions, Work } from '../../executor.js'
import { checkWork } from '../checks/executor-checks.js'
import { checkArguments, checkSubmitOptions } from '../checks/option-checks.js'
import { refuseStreamTask } from '../checks/refusals.js'
import { currentFrame, type Frame, noFrame, whileSuspended } from '../running/frame.js'
import { OwnedStream } from '../running/owned-stream.js'
import type { Producer } from '../running/stream-call.js'
import { holdsSlot, SuspendedStream } from '../running/suspended-stream.js'
import { TaskStream } from '../running/task-stream.js'
import { assertNotImporting } from '../tasks/modules.js'
import { captureContext, type TravelContext } from '../travel/travel-context.js'
import { Call } from './call.js'
import { endNow } from './forwarded-options.js'

/** The calls of an executor whose bodies run elsewhere. */
export interface RemoteWork {
  /**
   * Makes the attempts of a call, settles it, and ends it.
   *
   * @returns what the caller gets: the call's promise, or one that waits for more.
   */
  perform(call: Call, args: readonly unknown[]): Promise<unknown>
  /** A stream that its consumer settles. */
  add(call: Call): void
  openStream<Y>(
    call: Call,
    args: readonly unknown[],
    context: TravelContext | undefined,
    attempt: number,
  ): Promise<Producer<Y>>
  /** The body is over, and there will be no other. */
  delete(call: Call): void
}

export interface IntakeInit {
  /** Of the executor. */
  readonly name: string
  /** What it is, with its article; errors say `… was used while …`. */
  readonly kind: string
  readonly work: RemoteWork
  /** Why the executor does not take a call. */
  readonly refuse: (work: unknown, options: SubmitOptions) => Error | undefined
  /** A task that waits for a call here gives its slot up meanwhile. */
  readonly suspends?: boolean
}

/** Where calls come in at an executor whose bodies run elsewhere: looked over, then refused or accepted. */
export class Intake {
  readonly #init: IntakeInit
  readonly #use: string
  /** Those that have begun and are not over. */
  readonly #streams = new Set<Pick<TaskStream<unknown>, 'drain'>>()

  constructor(init: IntakeInit) {
    this.#init = init
    this.#use = `${init.kind} was used`
  }

  /** @throws {InvalidOptionError} at once, for a wrong option. */
  submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options: SubmitOptions,
  ): Promise<Awaited<R>> {
    // Looked up once: each time costs as much as one of the objects that a call is made of.
    const frame = currentFrame() ?? noFrame
    this.check(work, args, options, frame)
    const { name, refuse, suspends } = this.#init
    const refusal = refuseStreamTask(name, work) ?? refuse(work, options)
    if (refusal) {
      endNow(options)
      return Promise.reject(refusal)
    }
    const call = new Call(name, work, options, undefined, frame)
    const result = this.#perform(call, args) as Promise<Awaited<R>>
    return suspends === true && holdsSlot(frame) ? whileSuspended(() => result) : result
  }

  /** @throws {InvalidOptionError} at once, for a wrong option. */
  stream<A extends readonly unknown[], Y>(
    work: StreamWork<A, Y>,
    args: A,
    options: SubmitOptions,
  ): AsyncGenerator<Y, void, undefined> {
    this.check(work, args, options)
    const calls = this.#init.work
    let context: TravelContext | undefined
    const items: TaskStream<Y> = new TaskStream<Y>({
      accept: () => {
        const call = this.accept(work, options)
        this.#streams.add(items)
        context = captureContext(call)
        return call
      },
      open: (call, attempt) => calls.openStream<Y>(call, args, context, attempt),
      ended: (call) => {
        this.#streams.delete(items)
        calls.delete(call)
      },
    })
    const owned = new OwnedStream<Y>(items)
    return this.#init.suspends === true && holdsSlot() ? new SuspendedStream(owned) : owned
  }

  /** The executor takes no more work: nobody may ever pull the next item of a stream, so they end. */
  drainStreams(): void {
    for (const stream of [...this.#streams]) stream.drain()
  }

  /** Takes the call of a stream that begins now. @throws what refuses it. */
  accept(work: unknown, options: SubmitOptions): Call {
    const { name, refuse } = this.#init
    const refusal = refuse(work, options)
    if (refusal) {
      endNow(options)
      throw refusal
    }
    const call = new Call(name, work, options)
    this.#init.work.add(call)
    return call
  }

  /**
   * @param frame what surrounds whoever calls, where that is known.
   * @throws {InvalidOptionError | ConcError} something is wrong whatever the state of the executor.
   */
  check(work: unknown, args: unknown, options: SubmitOptions, frame?: Frame): void {
    assertNotImporting(this.#use, frame)
    checkWork(work)
    checkArguments(args)
    checkSubmitOptions(options)
  }

  #perform(call: Call, args: readonly unknown[]): Promise<unknown> {
    if (!call.isSettled) return this.#init.work.perform(call, args)
    endNow(call.options)
    return call.promise
  }
}
