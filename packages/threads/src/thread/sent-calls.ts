import { type LiveBody, Roster } from '@conc/core/internal'
import { callOfBody } from '../between/body-ids.js'
import { CallTable } from '../between/call-table.js'
import { byId, ClaimCells } from '../between/claim-table.js'
import type { Attempt } from '../calls/attempt.js'

/** The calls that were sent to one thread, until they are answered, taken back, or lost with it. */
export class SentCalls {
  /** Those that were sent before there is a slot: the thread takes the next one up without asking. */
  readonly ahead: Roster = new Roster()
  readonly #all = new CallTable<Attempt>()
  readonly #cells = new ClaimCells()

  /** Memory of the claim table. */
  get claims(): SharedArrayBuffer {
    return this.#cells.table.buffer
  }

  get size(): number {
    return this.#all.size
  }

  /** Calls that could still be taken back exactly if they were sent now. */
  get exactRoom(): number {
    return this.#cells.free
  }

  get(id: number): Attempt | undefined {
    return this.#all.get(id)
  }

  [Symbol.iterator](): Iterator<Attempt> {
    return this.#all[Symbol.iterator]()
  }

  hasStarted({ id }: Attempt): boolean {
    return this.#cells.table.isStarted(id)
  }

  /** The body with this id, if it runs there. */
  bodyOf(id: string): LiveBody | undefined {
    const attempt = this.#all.get(callOfBody(id))
    return attempt && this.hasStarted(attempt) ? attempt.call : undefined
  }

  /** Gives the call its id, and puts it on offer. */
  add(attempt: Attempt): void {
    attempt.id = this.#cells.take()
    this.#all.add(attempt)
  }

  /** @returns whether the call was taken back before the thread took it up. */
  withdraw(attempt: Attempt): boolean {
    if (!this.#cells.table.withdraw(attempt.id)) return false
    this.delete(attempt)
    return true
  }

  /** Whatever has not begun does not begin any more. */
  refuse({ id }: Attempt): void {
    this.#cells.table.refuse(id)
  }

  /** The thread has nothing to do with the call any more. */
  delete(attempt: Attempt): void {
    this.#all.delete(attempt)
    if (attempt.list === this.ahead) this.ahead.remove(attempt)
    this.#cells.giveBack(attempt.id)
  }

  /** To be called after the reason was posted. */
  abort({ id }: Attempt): void {
    this.#cells.table.abort(id)
  }

  /** @returns whether the body goes on; its thread takes up nothing else then. */
  kill({ id }: Attempt): boolean {
    return this.#cells.table.kill(id)
  }

  /** The thread is gone. @returns what it leaves behind, in the order it was sent. */
  clear(): Attempt[] {
    const left = [...this.#all].sort((one, other) => byId(one.id, other.id))
    this.#all.clear()
    for (const attempt of this.ahead) this.ahead.remove(attempt)
    return left
  }
}
