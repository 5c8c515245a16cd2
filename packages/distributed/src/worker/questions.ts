import { type Bytes, type Deferred, deferred } from '@conc/core/internal'
import { decodeError } from '@conc/wire'
import type { CallOwner, Ending } from '../coordinator/call-request.js'
import { ArrivedValue } from '../link/arrived-value.js'
import { failureEnding } from '../link/failure-ending.js'
import type { PipeLink } from '../link/pipe-link.js'
import type { Frame } from '../protocol/frame.js'
import { frameType, taskFlag } from '../protocol/frame-types.js'
import { IdTable } from '../protocol/id-table.js'
import { IdSource } from '../protocol/ids.js'
import { encodeMeta } from '../protocol/meta.js'

/** A question that is out. */
export interface Question {
  readonly promise: Promise<Uint8Array>
  /** The answer is not wanted any more; it comes all the same. */
  giveUp(): void
}

/** Told how a call goes that a body made on the pool. */
export interface Asker extends CallOwner {
  /** The pool has no room for it to wait: it is to run here, in the slot of the body that made it. */
  overflow?(): void
}

export interface AskedCall {
  readonly kind: 'call' | 'stream' | 'duplex'
  readonly meta: Uint8Array
  readonly args: Bytes
}

/** What bodies ask of their pool: the questions that are out, and who waits for the answers. */
export class Questions {
  readonly #link: PipeLink
  readonly #ids = new IdSource('listening')
  readonly #askers = new IdTable<Asker>()
  /** Questions that have one answer: for room, and about locks. */
  readonly #replies = new IdTable<Deferred<Uint8Array>>()
  /** By body: the waits that are over and want their slot back, in order. */
  readonly #resuming = new Map<number, Deferred<void>[]>()

  constructor(link: PipeLink) {
    this.#link = link
  }

  /** Sends a call. @returns its id. */
  ask(call: AskedCall, asker: Asker): number {
    const id = this.#newId()
    this.#askers.set(id, asker)
    const flags = call.kind === 'call' ? 0 : taskFlag[call.kind]
    this.#link.add(frameType.task, id, call.meta, call.args, flags)
    return id
  }

  /** Sends something about a call that is still out. */
  tell(id: number, type: number, body?: Bytes): void {
    if (this.#askers.has(id)) this.#link.add(type, id, undefined, body)
  }

  /** Resolves when the pool has room. A body that has to wait for it gives its slot up meanwhile. */
  async room(body: number): Promise<void> {
    await this.#asked(frameType.load, encodeMeta({ body: body || undefined })).promise
  }

  /** Asks the lock host of the pool. @param owner the body, and the task inside of it. */
  lock(request: Uint8Array, owner: Bytes): Question {
    return this.#asked(frameType.acquire, request, owner)
  }

  /** Gives back what was granted. */
  release(release: Bytes): void {
    this.#link.add(frameType.release, 0, undefined, release)
  }

  #asked(type: number, meta?: Uint8Array, body?: Bytes): Question {
    const id = this.#newId()
    const reply = deferred<Uint8Array>()
    this.#replies.set(id, reply)
    this.#link.add(type, id, meta, body)
    return { promise: reply.promise, giveUp: () => this.#link.add(frameType.cancel, id) }
  }

  /** The body waits for something that the pool cannot see. */
  suspend(body: number): void {
    this.#link.add(frameType.suspend, body)
  }

  /** Resolves when the body has its slot again. */
  async resume(body: number): Promise<void> {
    const wait = deferred<void>()
    const waits = this.#resuming.get(body) ?? []
    waits.push(wait)
    this.#resuming.set(body, waits)
    this.#link.add(frameType.resume, body)
    await wait.promise
  }

  receive(frame: Frame): void {
    const { type, id, meta } = frame
    switch (type) {
      case frameType.start:
        return void this.#askers.get(id)?.started?.()
      case frameType.progress:
        return void this.#askers.get(id)?.progress?.([frame.body])
      case frameType.yield:
        return void this.#askers.get(id)?.items?.([frame.body])
      case frameType.result:
      case frameType.end:
        return void this.#ended(id, new ArrivedValue(frame))
      case frameType.error:
        return void this.#failed(id, meta, frame.body)
      case frameType.withdrawn:
        return void this.#overflow(id)
      case frameType.load:
      case frameType.grant:
        this.#replies.get(id)?.resolve(frame.body)
        this.#replies.delete(id)
        return
      case frameType.resume:
        return void this.#resumed(id)
    }
  }

  #failed(id: number, meta: Uint8Array, error: Uint8Array): void {
    const wait = this.#replies.get(id)
    this.#replies.delete(id)
    if (wait) return void wait.reject(decodeError(error))
    this.#ended(id, failureEnding(meta, error))
  }

  #ended(id: number, ending: Ending): void {
    const asker = this.#askers.get(id)
    this.#askers.delete(id)
    asker?.ended(ending)
  }

  #overflow(id: number): void {
    const asker = this.#askers.get(id)
    this.#askers.delete(id)
    asker?.overflow?.()
  }

  #resumed(body: number): void {
    const waits = this.#resuming.get(body)
    waits?.shift()?.resolve()
    if (waits?.length === 0) this.#resuming.delete(body)
  }

  #newId(): number {
    return this.#ids.take({ has: (id) => this.#askers.has(id) || this.#replies.has(id) })
  }
}
