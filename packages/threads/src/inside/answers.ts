import { threadId } from 'node:worker_threads'
import { encodeError } from '@conc/core'
import type { Link } from '../between/link.js'
import { type Blame, type ToParent, type ToThread, toParent } from '../between/messages.js'
import { records } from '../between/records.js'
import {
  cloneFailure,
  refuseEmptied,
  transferOf,
  travelFailure,
  type ValueOwner,
} from '../between/values.js'
import type { Body } from './body.js'

/** What goes back from the bodies of this thread. No value of theirs can harm it: what cannot travel is said to be so. */
export class Answers {
  readonly #link: Link<ToThread, ToParent>
  readonly #executor: string

  constructor(link: Link<ToThread, ToParent>, executor: string) {
    this.#link = link
    this.#executor = executor
  }

  started(body: Body): void {
    this.#link.post([toParent.started, body.id])
  }

  result(body: Body, value: unknown): void {
    if (records.result(this.#link, body.id, value)) this.#link.flush()
    else this.#post(body, value)
  }

  /** Says that whoever waits for the result here has it. @returns whether it is small enough to be given on as it is. */
  handedOver(body: Body, value: unknown): boolean {
    if (!records.handedOver(this.#link, body.id, value)) return false
    this.#link.flush()
    return true
  }

  #post(body: Body, value: unknown): void {
    const owner = this.#ownerOf(body)
    const moved = transferOf([value])
    const refusal = refuseEmptied([value], () => 'result', moved, owner)
    if (refusal) {
      this.failure(body, refusal, 'infrastructure')
      return
    }
    try {
      if (moved?.length) this.#link.post([toParent.result, body.id, value, moved], moved)
      else this.#link.post([toParent.result, body.id, value])
    } catch (error) {
      this.failure(body, cloneFailure(error, value, 'result', moved, owner), 'infrastructure')
    }
  }

  failure(body: Body, error: unknown, blame: Blame): void {
    const where = `task '${body.name}', thread ${threadId} of '${this.#executor}'`
    this.#link.post([toParent.failure, body.id, encodeError(error, { where }), blame])
  }

  /** Of a call whose arguments cannot be read here. */
  unreadable(id: number, cause: unknown): void {
    const owner = { task: undefined, executor: this.#executor, started: false }
    const error = encodeError(travelFailure(cause, 'args', owner))
    this.#link.post([toParent.failure, id, error, 'infrastructure'])
  }

  /** @throws {SerializationError} */
  progress(body: Body, data: unknown): void {
    try {
      this.#link.post([toParent.progress, body.id, data])
    } catch (error) {
      throw cloneFailure(error, data, 'progress', undefined, this.#ownerOf(body))
    }
  }

  #ownerOf({ name }: Body): ValueOwner {
    return { task: name, executor: this.#executor, started: true }
  }
}
