import { ConnectionLostError } from '@conc/core'
import { type Bytes, deferred, type KeepAlive } from '@conc/core/internal'
import { decodeError } from '@conc/wire'
import type { Connection } from '../connection/connection.js'
import type { Frame } from '../protocol/frame.js'
import { frameType } from '../protocol/frame-types.js'
import { IdTable } from '../protocol/id-table.js'
import { encodeMeta, type Meta } from '../protocol/meta.js'

/** Told once what became of a question. */
export interface Asker {
  answered(frame: Frame): void
  failed(error: unknown): void
}

/** Questions to the server itself, about its state and its locks: each is answered by one frame of its id. */
export class Questions {
  readonly #session: string
  readonly #takeId: () => number
  readonly #keepAlive: KeepAlive
  readonly #open = new IdTable<Asker>()
  /** Where questions go; without one they are refused. */
  connection: Connection | undefined

  /** @param takeId gives an id that no call has. */
  constructor(session: string, takeId: () => number, keepAlive: KeepAlive) {
    this.#session = session
    this.#takeId = takeId
    this.#keepAlive = keepAlive
  }

  /** @returns its id. @throws {ConnectionLostError} there is no connection. */
  ask(type: number, asker: Asker, meta?: Uint8Array, body?: Bytes): number {
    const { connection } = this
    if (connection === undefined) {
      const names = { executor: this.#session, started: false }
      throw new ConnectionLostError(`Session '${this.#session}' is not connected.`, names)
    }
    const id = this.#takeId()
    this.#open.set(id, asker)
    this.#keepAlive.hold()
    connection.writer.add(type, id, meta, body)
    return id
  }

  /** The same, as a promise of the answer. */
  async answerTo(type: number, meta: Meta): Promise<Frame> {
    const { promise, resolve: answered, reject: failed } = deferred<Frame>()
    this.ask(type, { answered, failed }, encodeMeta(meta))
    return await promise
  }

  /** The answer is not wanted any more; one comes all the same. */
  giveUp(id: number): void {
    if (this.#open.has(id)) this.connection?.writer.add(frameType.cancel, id)
  }

  /** Says something that is not answered, where there is a connection. */
  tell(type: number, body: Bytes): void {
    this.connection?.writer.add(type, 0, undefined, body)
  }

  /** @returns whether it was an answer. */
  received(frame: Frame): boolean {
    const asker = this.#open.get(frame.id)
    if (asker === undefined) return false
    this.#open.delete(frame.id)
    this.#keepAlive.letGo()
    if (frame.type === frameType.error) asker.failed(decodeError(frame.body))
    else asker.answered(frame)
    return true
  }

  rejectAll(error: unknown): void {
    const all = this.#open.values()
    this.#open.clear()
    for (const asker of all) {
      this.#keepAlive.letGo()
      asker.failed(error)
    }
  }
}
