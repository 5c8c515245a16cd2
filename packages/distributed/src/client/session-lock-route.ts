import { whileSuspended } from '@conc/core/internal'
import { decode, encode } from '@conc/wire'
import { holdsSlot } from '../calls/foreign-wait.js'
import type { LockReply, LockRequest } from '../locks/lock-request.js'
import type { LockRoute } from '../locks/lock-route.js'
import type { Question } from './questions.js'

/** To the locks of the server; each acquisition is an owner of its own, and all of them end with the session. */
export class SessionLockRoute implements LockRoute {
  readonly #ask: (owner: number, body: readonly Uint8Array[]) => Question
  #owners = 0

  constructor(ask: (owner: number, body: readonly Uint8Array[]) => Question) {
    this.#ask = ask
  }

  owner(): number {
    return ++this.#owners
  }

  request(request: LockRequest, owner: unknown, signal?: AbortSignal): Promise<LockReply> {
    const ask = (): Promise<LockReply> => this.#request(request, owner as number, signal)
    return holdsSlot() ? whileSuspended(ask) : ask()
  }

  async #request(request: LockRequest, owner: number, signal?: AbortSignal): Promise<LockReply> {
    signal?.throwIfAborted()
    const question = this.#ask(owner, encode(request).chunks)
    const answer = question.answer.then(({ body }) => decode(body) as LockReply)
    if (signal === undefined) return await answer
    return await new Promise<LockReply>((resolve, reject) => {
      const givenUp = (): void => {
        question.giveUp()
        reject(signal.reason)
        // A grant that was on its way goes to the next.
        answer.then((reply) => this.#giveBack(request, reply, owner)).catch(() => {})
      }
      signal.addEventListener('abort', givenUp)
      const over = (): void => signal.removeEventListener('abort', givenUp)
      answer.finally(over).then(resolve, reject)
    })
  }

  async #giveBack(request: LockRequest, reply: LockReply, owner: number): Promise<void> {
    if (request.op !== 'acquire' || typeof reply !== 'number') return
    await this.#request({ op: 'release', token: reply }, owner)
  }
}
