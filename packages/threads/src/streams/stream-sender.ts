import { performance } from 'node:perf_hooks'
import { encodeError, TaskCancelledError, type Transferable } from '@conc/core'
import { type Deferred, deferred, type RunningTask } from '@conc/core/internal'
import { Link } from '../between/link.js'
import {
  type Blame,
  type FromConsumer,
  type FromProducer,
  fromConsumer,
  fromProducer,
} from '../between/messages.js'
import { memoryOfProducer, type StreamWay } from '../between/stream-way.js'
import { cloneFailure, refuseEmptied, transferOf } from '../between/values.js'
import { Credit } from './credit.js'
import { streamWindow } from './stream-window.js'
import { weigh } from './weigh.js'

/** Whatever a generator or an iterable gives. */
export type Items = AsyncIterator<unknown, unknown> | Iterator<unknown, unknown>

/** Items wait for others of the same turn, or for their consumer to be woken, but not longer than this. */
const longestHoldMs = 1

/** And not more than what the consumer grants at a time: it would wait for them. */
const mostHeld = streamWindow.items / 2

/** A generator that never waits keeps its thread from everything else, but not longer than this. */
const longestTurnMs = 1

/** The producer's end of a stream: as many items as were granted, some of those of one turn in one message. */
export class StreamSender {
  readonly #link: Link<FromConsumer, FromProducer>
  readonly #task: RunningTask
  #items: unknown[] = []
  #moved: Transferable[] = []
  /** Weights of the items that were not granted again. */
  readonly #out: number[] = []
  #bytes = 0
  readonly #credit = new Credit()
  #heldSince = 0
  /** When the thread last saw to its messages. */
  #turnedAt: number = performance.now()
  #flush: NodeJS.Immediate | undefined
  #granted: Deferred<void> | undefined
  /** The generator has ended by itself. */
  #isOver = false
  #isLeft = false
  #isClosed = false

  constructor(way: StreamWay, task: RunningTask) {
    this.#task = task
    this.#link = new Link(way.port, memoryOfProducer(way), {
      expectsMore: false,
      record: () => {},
      message: (message) => this.#receive(message),
      unreadable: () => {},
    })
    this.#link.listen()
    way.port.on('close', () => this.#leave())
    this.#link.post([fromProducer.credit, 0, this.#credit.memory])
  }

  /** Sends what `iterator` makes until its end, or until the consumer has left; then its `finally` has run. */
  async run(iterator: Items): Promise<void> {
    try {
      await this.#sendAll(iterator)
    } catch (error) {
      // The failure of a body that was told to stop is nobody's business any more.
      if (!this.#isLeft && !this.#task.cancellation.isCancelled) throw error
    } finally {
      if (!this.#isOver) await this.#finish(iterator)
    }
    this.#close([fromProducer.end])
  }

  fail(error: unknown, blame: Blame): void {
    this.#close([fromProducer.failure, 0, encodeError(error, { where: this.#where }), blame])
  }

  /** Runs its `finally`. That the calls of a cancelled body are cancelled with it is no failure of that. */
  async #finish(iterator: Items): Promise<void> {
    try {
      await iterator.return?.()
    } catch (error) {
      const isOfParent = error instanceof TaskCancelledError && error.origin === 'parent'
      if (!isOfParent || !this.#task.cancellation.isCancelled) throw error
    }
  }

  /** Awaits only where it must: each promise costs twice inside of a task, where context is kept. */
  async #sendAll(iterator: Items): Promise<void> {
    while (!this.#isLeft) {
      const pause = this.#isSpent ? this.#pauseForCredit() : undefined
      if (pause !== undefined) await pause
      if (this.#isLeft) return
      const step = iterator.next()
      // A generator that throws is over; one whose item cannot be sent is not.
      this.#isOver = true
      const { done, value } = isPromise(step) ? await step : step
      if (done) return
      this.#isOver = false
      // A sync generator may yield promises; `for await` would wait for them too.
      this.#add(isPromise(value) ? await value : value)
    }
  }

  get #isSpent(): boolean {
    return this.#out.length >= streamWindow.items || this.#isHeavy
  }

  get #isHeavy(): boolean {
    return this.#bytes >= streamWindow.bytes
  }

  get #where(): string {
    return `task '${this.#task.name}' of '${this.#task.executor}'`
  }

  /** @returns what to wait for; nothing, where more was granted meanwhile and nobody else was kept waiting. */
  #pauseForCredit(): Promise<void> | undefined {
    this.#sendAndWake()
    this.#settle()
    if (this.#isSpent) return this.#nextGrant()
    return performance.now() - this.#turnedAt < longestTurnMs ? undefined : this.#nextTurn()
  }

  #nextGrant(): Promise<void> {
    this.#granted = deferred()
    const { promise } = this.#granted
    this.#look()
    return promise
  }

  #nextTurn(): Promise<void> {
    const { promise, resolve } = deferred()
    setImmediate(() => {
      this.#turnedAt = performance.now()
      resolve()
    })
    return promise
  }

  /** Goes on where there is credit; else has itself told of the next one. */
  #look(): void {
    do this.#settle()
    while (this.#isSpent && !this.#credit.sleep())
    if (!this.#isSpent) this.#goOn()
  }

  /** What was granted again is out no more. */
  #settle(): void {
    for (const weight of this.#out.splice(0, this.#credit.take())) this.#bytes -= weight
  }

  #receive(message: FromConsumer): void {
    this.#turnedAt = performance.now()
    if (message[0] === fromConsumer.left) this.#leave()
    else if (this.#granted) this.#look()
  }

  #leave(): void {
    if (this.#isLeft) return
    this.#isLeft = true
    this.#goOn()
  }

  #goOn(): void {
    this.#granted?.resolve()
    this.#granted = undefined
  }

  #add(value: unknown): void {
    if (typeof value === 'object' && value !== null) this.#admit(value)
    const weight = weigh(value)
    this.#out.push(weight)
    this.#bytes += weight
    this.#items.push(value)
    this.#flushSoon()
  }

  /** Takes note of what is moved with an object. @throws {SerializationError} it would arrive empty. */
  #admit(value: object): void {
    const moved = transferOf([value])
    const refusal = refuseEmptied([value], () => 'item', moved, this.#owner)
    if (refusal) throw refusal
    if (moved) this.#moved.push(...moved)
  }

  #flushSoon(): void {
    const held = this.#items.length
    if (held === 1 && !this.#link.owesWake) this.#heldSince = performance.now()
    // It stays where a full message goes before it: each one costs something.
    this.#flush ??= setImmediate(() => this.#flushNow())
    if (this.#isHeldLong) this.#sendAndWake()
    else if (held >= mostHeld) this.#send()
  }

  get #isHeldLong(): boolean {
    return performance.now() - this.#heldSince >= longestHoldMs
  }

  /** A failure here has no caller to go to: it ends the stream. */
  #flushNow(): void {
    this.#flush = undefined
    try {
      this.#sendAndWake()
    } catch (error) {
      this.fail(error, 'infrastructure')
      this.#leave()
    }
  }

  #sendAndWake(): void {
    this.#send()
    this.#link.flush()
  }

  /** Who is awake sees them. Nobody is woken for less than there is credit for, if he must not wait long. */
  #send(): void {
    if (this.#items.length === 0) return
    const [items, moved] = [this.#items, this.#moved]
    this.#items = []
    this.#moved = []
    try {
      this.#post(items, moved)
    } catch (error) {
      this.#sendUpToBad(items, moved, error)
    }
  }

  #post(items: readonly unknown[], moved: readonly Transferable[]): void {
    if (!this.#isHeavy && this.#link.write(fromProducer.items, 0, items)) return
    this.#link.post([fromProducer.items, this.#isHeavy ? 1 : 0, items], moved)
  }

  /** One bad item must not take along the good ones before it. */
  #sendUpToBad(items: unknown[], moved: Transferable[], cause: unknown): never {
    for (const item of items) {
      try {
        const own = moved.filter((one) => one === item || isUnder(one, item))
        this.#post([item], own)
      } catch (error) {
        throw cloneFailure(error, item, 'item', moved, this.#owner)
      }
    }
    throw cloneFailure(cause, items, 'items', moved, this.#owner)
  }

  #close(last: FromProducer): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearImmediate(this.#flush)
    try {
      this.#send()
      this.#link.post(last)
    } catch (error) {
      this.#link.post([
        fromProducer.failure,
        0,
        encodeError(error, { where: this.#where }),
        'infrastructure',
      ])
    }
    this.#link.close()
  }

  get #owner(): { task: string; executor: string; started: true } {
    return { task: this.#task.name, executor: this.#task.executor, started: true }
  }
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as PromiseLike<T> | undefined)?.then === 'function'
}

function isUnder(buffer: unknown, item: unknown): boolean {
  return ArrayBuffer.isView(item) && item.buffer === buffer
}
