import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { decodeError } from '@conc/core'
import { type Call, type Deferred, deferred, type Producer } from '@conc/core/internal'
import { type FromConsumer, type FromProducer, fromProducer } from '../between/messages.js'
import { travelFailure, type ValueOwner } from '../between/values.js'
import { Grants } from './credit.js'
import { streamWindow } from './stream-window.js'

/** `isOwn`: the body threw it. */
interface End {
  readonly error?: unknown
  readonly isOwn?: true
}

/**
 * The consumer's end of a stream from another thread: takes items from a port and grants credit for more, again when
 * half of it is used, and no sooner: what was granted in small pieces would come, and be granted again, in such pieces.
 * What is said on the port comes before what is said about the call.
 */
export class StreamReceiver<Y> implements Producer<Y> {
  #port: MessagePort | undefined
  #grants: Grants | undefined
  readonly #owner: ValueOwner
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

  constructor({ taskName, executor }: Call) {
    this.#owner = { task: taskName, executor, started: true }
  }

  /** Takes items from this port; another one replaces it where the stream had to begin again elsewhere. */
  attach(port: MessagePort): void {
    this.#port?.close()
    this.#port = port
    port.on('message', (message: FromProducer) => this.#receive(message))
    port.on('messageerror', (error) => this.#unreadable(error))
    port.unref()
    if (this.#stopping !== undefined) this.#tell('return')
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

  /** The body is over, or its thread is gone; what it said before is still on the port. */
  bodyOver(failure?: { readonly error: unknown }): void {
    if (this.#isBodyOver) return
    this.#isBodyOver = true
    this.#drain()
    if (this.#end === undefined) this.#finish(failure ?? {})
    this.#port?.close()
    this.#bodyOver.resolve()
  }

  async #stop(): Promise<void> {
    const hadEnded = this.#end !== undefined
    this.#tell('return')
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
    if (this.#grants?.add(this.#taken)) this.#tell('granted')
    this.#taken = 0
  }

  #tell(message: FromConsumer): void {
    if (!this.#isBodyOver) this.#port?.postMessage(message)
  }

  #receive(message: FromProducer): void {
    if (this.#end) return
    switch (message[0]) {
      case fromProducer.items:
        if (message[2]) this.#isHeavy = true
        this.#arrived(message[1] as readonly Y[])
        break
      case fromProducer.credit:
        this.#grants = new Grants(message[1])
        break
      case fromProducer.end:
        this.#finish({})
        break
      case fromProducer.failure:
        this.#finish({ error: decodeError(message[1]), isOwn: true })
        break
    }
  }

  /** An item is too deep for the stack of this thread, or the like. */
  #unreadable(cause: unknown): void {
    if (this.#end) return
    this.#finish({ error: travelFailure(cause, 'item', this.#owner) })
    this.#tell('return')
  }

  #arrived(items: readonly Y[]): void {
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

  #drain(): void {
    const port = this.#port
    if (port === undefined) return
    try {
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
        this.#receive(next.message as FromProducer)
      }
    } catch (error) {
      this.#unreadable(error)
    }
  }
}
