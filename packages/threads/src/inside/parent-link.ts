import { decodeError, encodeError } from '@conc/core'
import {
  type AskedAbove,
  currentFrame,
  type Dependent,
  deferred,
  type TaskDefinition,
} from '@conc/core/internal'
import type { Link } from '../between/link.js'
import {
  type Blame,
  type NestedRequest,
  type ToParent,
  type ToThread,
  toParent,
  toThread,
} from '../between/messages.js'
import { records } from '../between/records.js'
import type { StreamWay } from '../between/stream-way.js'
import { travelFailure } from '../between/values.js'
import { noBody, type Occupancy } from './occupancy.js'
import { ThreadSlot, type Waiting } from './thread-slot.js'

/** Told how a nested call goes. */
export interface NestedSink {
  /** The body that waits for it, `noBody` for none. */
  readonly body: number
  begun?(stream: StreamWay | undefined): void
  readonly progress?: ((data: unknown) => void) | undefined
  succeeded(value: unknown): void
  failed(error: unknown, blame: Blame): void
}

export type NestedOptions = Omit<NestedRequest, 'task'>

/** What bodies ask of the pool: the questions that are out, and who waits for the answers. */
export class ParentLink implements Waiting {
  readonly #link: Link<ToThread, ToParent>
  readonly #occupancy: Occupancy
  readonly #executor: string
  readonly #sinks = new Map<number, NestedSink>()
  readonly #tasks = new Map<TaskDefinition, number>()
  #lastNumber = 0

  constructor(link: Link<ToThread, ToParent>, occupancy: Occupancy, executor: string) {
    this.#link = link
    this.#occupancy = occupancy
    this.#executor = executor
  }

  /**
   * Sends a nested call; `sink` is told once how it ended.
   *
   * @returns what cancels it.
   * @throws what `postMessage` throws; nothing was sent then.
   */
  call(definition: TaskDefinition, options: NestedOptions, sink: NestedSink): Dependent {
    const request = { ...options, task: this.#numberOf(definition) }
    const nested = this.#expect(sink)
    try {
      this.#send(nested, sink.body, request)
    } catch (error) {
      this.#sinks.delete(nested)
      throw error
    }
    this.#occupancy.waits(sink.body)
    return { cancelled: (reason) => this.#cancel(nested, reason) }
  }

  /** Resolves when the pool has room. */
  async ready(): Promise<void> {
    const { promise, resolve, reject } = deferred<unknown>()
    const nested = this.#expect({ body: noBody, succeeded: resolve, failed: reject })
    this.#link.post([toParent.nestedReady, nested])
    await promise
  }

  begin(body: number): void {
    this.#link.post([toParent.waitBegun, body])
    this.#occupancy.waits(body)
  }

  async end(body: number): Promise<void> {
    const { promise, resolve, reject } = deferred<unknown>()
    const nested = this.#expect({ body, succeeded: resolve, failed: reject })
    this.#link.post([toParent.waitOver, nested, body])
    await promise
  }

  ask(body: number, service: string, request: unknown): AskedAbove {
    const { promise, resolve, reject } = deferred<unknown>()
    const nested = this.#expect({ body, succeeded: resolve, failed: reject })
    this.#link.post([toParent.asked, nested, body, service, request])
    this.#occupancy.waits(body)
    const givenUp = (): void =>
      this.#cancel(nested, new Error('The answer is not wanted any more.'))
    return { answer: promise, giveUp: givenUp }
  }

  /** Whether the answer to a nested call is all that a body of this thread waits for. */
  isAwaited(nested: number): boolean {
    const sink = this.#sinks.get(nested)
    return sink !== undefined && this.#occupancy.waitsForOne(sink.body)
  }

  /** A nested call has ended well. */
  succeeded(nested: number, value: unknown): void {
    this.#answered(nested)?.succeeded(value)
  }

  receive(message: ToThread): void {
    switch (message[0]) {
      case toThread.nestedBegun:
        this.#sinks.get(message[1])?.begun?.(message[2])
        break
      case toThread.nestedProgress:
        this.#sinks.get(message[1])?.progress?.(message[2])
        break
      case toThread.nestedResult:
        this.succeeded(message[1], message[2])
        break
      case toThread.nestedFailure:
        this.#answered(message[1])?.failed(decodeError(message[2]), message[3])
        break
    }
  }

  /** An answer that cannot be read here. */
  unreadable(nested: number, cause: unknown): void {
    const owner = { task: undefined, executor: this.#executor, started: true }
    this.#answered(nested)?.failed(travelFailure(cause, 'result', owner), 'infrastructure')
  }

  #send(nested: number, parent: number, request: NestedRequest): void {
    const { task, args, context, priority, transfer } = request
    const isSmall = priority === undefined && transfer === undefined
    if (isSmall && records.nestedCall(this.#link, nested, { task, parent, args, context })) {
      this.#link.flush()
    } else this.#link.post([toParent.nestedCall, nested, parent, request], transfer)
  }

  /** The pool knows a task by a number of ours, told before its first call. */
  #numberOf(definition: TaskDefinition): number {
    const known = this.#tasks.get(definition)
    if (known !== undefined) return known
    const number = this.#tasks.size
    this.#tasks.set(definition, number)
    const { name, module, isStream } = definition
    this.#link.post([toParent.declare, number, name, module, isStream])
    return number
  }

  #cancel(nested: number, reason: unknown): void {
    if (!this.#sinks.has(nested)) return
    this.#link.post([toParent.nestedCancel, nested, encodeError(reason)])
  }

  #expect(sink: NestedSink): number {
    const nested = ++this.#lastNumber
    this.#sinks.set(nested, sink)
    return nested
  }

  #answered(nested: number): NestedSink | undefined {
    const sink = this.#sinks.get(nested)
    this.#sinks.delete(nested)
    if (sink) this.#occupancy.goesOn(sink.body)
    return sink
  }
}

/** The body of this thread that runs here, also through tasks that run locally inside of it. */
export function bodyHere(): number {
  const slot = currentFrame()?.slots?.find((one) => one instanceof ThreadSlot)
  return slot instanceof ThreadSlot ? slot.call : noBody
}
