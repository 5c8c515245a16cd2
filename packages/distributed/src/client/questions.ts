import { ConnectionLostError } from '@conc/core'
import { type Bytes, type Deferred, deferred, type KeepAlive } from '@conc/core/internal'
import { decodeError } from '@conc/wire'
import type { Connection } from '../connection/connection.js'
import type { Frame } from '../protocol/frame.js'
import { frameType } from '../protocol/frame-types.js'
import { encodeMeta, type Meta } from '../protocol/meta.js'

/** One that was asked. */
export interface Question {
  readonly answer: Promise<Frame>
  giveUp(): void
}

/** Questions to the server itself, about its state and its locks: each is answered by one frame of its id. */
export class Questions {
  readonly #session: string
  readonly #takeId: () => number
  readonly #keepAlive: KeepAlive
  readonly #open = new Map<number, Deferred<Frame>>()
  /** Where questions go; without one they are refused. */
  connection: Connection | undefined

  /** @param takeId gives an id that no call has. */
  constructor(session: string, takeId: () => number, keepAlive: KeepAlive) {
    this.#session = session
    this.#takeId = takeId
    this.#keepAlive = keepAlive
  }

  /** @throws {ConnectionLostError} there is no connection. */
  ask(type: number, meta: Meta, body?: Bytes): Question {
    const { connection } = this
    if (connection === undefined) {
      const names = { executor: this.#session, started: false }
      throw new ConnectionLostError(`Session '${this.#session}' is not connected.`, names)
    }
    const id = this.#takeId()
    const answer = deferred<Frame>()
    this.#open.set(id, answer)
    connection.writer.add(type, id, encodeMeta(meta), body)
    return {
      answer: this.#whileHeld(answer.promise),
      giveUp: () => connection.writer.add(frameType.cancel, id),
    }
  }

  /** @returns whether it was an answer. */
  received(frame: Frame): boolean {
    const answer = this.#open.get(frame.id)
    if (answer === undefined) return false
    this.#open.delete(frame.id)
    if (frame.type === frameType.error) answer.reject(decodeError(frame.body))
    else answer.resolve(frame)
    return true
  }

  rejectAll(error: unknown): void {
    for (const answer of this.#open.values()) answer.reject(error)
    this.#open.clear()
  }

  async #whileHeld<T>(wait: Promise<T>): Promise<T> {
    this.#keepAlive.hold()
    try {
      return await wait
    } finally {
      this.#keepAlive.letGo()
    }
  }
}
