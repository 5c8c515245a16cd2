import { newIdTag } from '@conc/core/internal'
import { aboveVar, idsAbove, varsWith } from '../calls/ids-above.js'
import type { TaskRequest } from './task-request.js'

/**
 * Ids that go along with the calls of one session, wherever they and what comes of them run, be it where the ids of bodies are
 * not known here. Nobody else can give them out: a client cannot claim that a call comes of another one.
 */
export class CallMarks {
  readonly #calls: { has(id: number): boolean }
  readonly #tag = newIdTag()

  /** @param calls those in flight. */
  constructor(calls: { has(id: number): boolean }) {
    this.#calls = calls
  }

  /** Whether it comes of a call of the session that is in flight. */
  comesOfOne(request: TaskRequest): boolean {
    if (!request.vars?.has(aboveVar)) return false
    return idsAbove(request).some((one) => {
      const [tag, id] = one.split('-')
      return tag === this.#tag && this.#calls.has(Number(id))
    })
  }

  /** Only where the client gave an id along as well: it keeps calls to itself that come of others. */
  mark(request: TaskRequest, id: number): void {
    if (!request.vars?.has(aboveVar)) return
    request.vars = varsWith(request.vars, [`${this.#tag}-${id}`])
  }
}
