import { decodeError } from '@conc/core'
import { type Call, type Deferred, deferred, type Producer } from '@conc/core/internal'
import { Link } from '../between/link.js'
import {
  type Blame,
  type FromConsumer,
  type FromProducer,
  fromConsumer,
  fromProducer,
} from '../between/messages.js'
import { memoryOfConsumer, type StreamWay } from '../between/stream-way.js'
import { travelFailure, type ValueOwner } from '../between/values.js'
import { Grants } from './credit.js'
import { streamWindow } from './stream-window.js'

/** `isOwn`: the body threw it. */
interface End {
  readonly error?: unknown
  readonly isOwn?: true
}

/**
 * The consumer's end of a stream from another thread: takes items from a link and grants credit for more, again when
 * half of it is used, and no sooner: what was granted in small pieces would come, and be granted again, in such pieces.
 * What is said on the link comes before what is said about the call.
 */
export class StreamReceiver<Y> implements Producer<Y> {
  #link: Link<FromProducer, FromConsumer> | undefined
  #grants: Grants | undefined
  readonly #call: Call
  readonly #items: Y[] = []
  #head = 0
  #taken = 0
  /** The producer waits for bytes: half of the items may never come. */
  #isHeavy = false
  #pending: Deferred<IteratorResult<Y, unknown>> | undefined
  #end: End | undefined
  #isBodyOver = false
  readonly #bodyOver: Deferred<void> = deferred()
  #stopping: Promise<void> | undefined

  constructor(call: Call) {
    this.#call = call
  }

  /** Takes items from there; another way replaces it where the stream had to begin again elsewhere. */
  attach(way: StreamWay): void {
    const isOpen = (): boolean => this.#end === undefined
    this.#link?.close()
    this.#link = new Link(way.port, memoryOfConsumer(way), {
      get expectsMore() {
        return isOpen()
      },
      record: ({ values }) => this.#arrived(values as Y[]),
      message: (message) => this.#receive(message),
      unreadable: (error) => this.#unreadable(error),
    })
    this.#link.listen()
    way.port.unref()
    if (this.#stopping !== undefined) this.#tell(fromConsumer.left)
  }

  next(): Promise<IteratorResult<Y, unknown>> {
    const taken = this.take()
    if (taken) return Promise.resolve(taken)
    if (this.#end) return this.#ended(this.#end)
    if (this.#isHeavy) this.#grantAll()
    this.#pending = deferred()
    return this.#pending.promise
  }

  take(): IteratorYieldResult<Y> | undefined {
    if (this.#head === this.#items.length) return undefined
    return { done: false, value: this.#first() }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  /** The body is over, or its thread is gone; what it said before is still on the link. */
  bodyOver(failure?: { readonly error: unknown }): void {
    if (this.#isBodyOver) return
    this.#isBodyOver = true
    this.#link?.drain()
    if (this.#end === undefined) this.#finish(failure ?? {})
    this.#link?.close()
    this.#bodyOver.resolve()
  }

  async #stop(): Promise<void> {
    const hadEnded = this.#end !== undefined
    this.#tell(fromConsumer.left)
    await this.#bodyOver.promise
    // What its `finally` threw; a thread that had to be ended is no news to whoever left.
    if (!hadEnded && this.#end?.isOwn) throw this.#end.error
  }

  #first(): Y {
    const item = this.#items[this.#head] as Y
    this.#items[this.#head++] = undefined as Y
    if (this.#head === this.#items.length) this.#items.length = this.#head = 0
    this.#taken++
    if (this.#taken >= streamWindow.items / 2) this.#grant()
    return item
  }

  /** Nothing is here that is not granted again then. */
  #grantAll(): void {
    this.#isHeavy = false
    this.#grant()
  }

  #grant(): void {
    if (this.#taken === 0 || this.#end) return
    if (this.#grants?.add(this.#taken)) this.#tell(fromConsumer.granted)
    this.#taken = 0
  }

  #tell(what: FromConsumer[0]): void {
    if (!this.#isBodyOver) this.#link?.post([what])
  }

  #receive(message: FromProducer): void {
    if (this.#end) return
    switch (message[0]) {
      case fromProducer.items:
        if (message[1] === 1) this.#isHeavy = true
        this.#arrived(message[2] as readonly Y[])
        break
      case fromProducer.credit:
        this.#grants = new Grants(message[2])
        break
      case fromProducer.end:
        this.#finish({})
        break
      case fromProducer.failure:
        this.#failed(decodeError(message[2]), message[3])
        break
    }
  }

  /** An item is too deep for the stack of this thread, or the like. */
  #unreadable(cause: unknown): void {
    if (this.#end) return
    const { taskName: task, executor } = this.#call
    const owner: ValueOwner = { task, executor, started: true }
    this.#finish({ error: travelFailure(cause, 'item', owner) })
    this.#tell(fromConsumer.left)
  }

  #failed(error: unknown, blame: Blame): void {
    if (blame === 'body') this.#call.threw(error)
    this.#finish({ error, isOwn: true })
  }

  #arrived(items: readonly Y[]): void {
    if (this.#end) return
    for (const item of items) this.#items.push(item)
    const pending = this.#pending
    this.#pending = undefined
    if (pending && items.length > 0) pending.resolve({ done: false, value: this.#first() })
  }

  #finish(end: End): void {
    this.#end = end
    const pending = this.#pending
    this.#pending = undefined
    if (pending) this.#ended(end).then(pending.resolve, pending.reject)
  }

  async #ended(end: End): Promise<IteratorResult<Y, unknown>> {
    if ('error' in end) throw end.error
    return { done: true, value: undefined }
  }
}
