import { decode, encode } from '@conc/wire'
import type { LockReply, LockRequest } from '../locks/lock-request.js'
import type { LockRoute } from '../locks/lock-route.js'
import type { Questions } from './questions.js'
import { bodyHere } from './worker-slot.js'

/** To the lock host of the pool that runs this task: its owner is the task. */
export class TaskLockRoute implements LockRoute {
  readonly #questions: Questions

  constructor(questions: Questions) {
    this.#questions = questions
  }

  owner(): undefined {
    return undefined
  }

  async request(request: LockRequest, _owner: unknown, signal?: AbortSignal): Promise<LockReply> {
    signal?.throwIfAborted()
    const question = this.#questions.lock(bodyHere(), encode(request).chunks)
    const answer = question.promise.then((bytes) => decode(bytes) as LockReply)
    if (signal === undefined) return await answer
    return await new Promise<LockReply>((resolve, reject) => {
      const givenUp = (): void => {
        question.giveUp()
        reject(signal.reason)
        // A grant that was on its way goes to the next.
        answer.then((reply) => this.#giveBack(request, reply)).catch(() => {})
      }
      signal.addEventListener('abort', givenUp)
      const over = (): void => signal.removeEventListener('abort', givenUp)
      answer.finally(over).then(resolve, reject)
    })
  }

  async #giveBack(request: LockRequest, reply: LockReply): Promise<void> {
    if (request.op !== 'acquire' || typeof reply !== 'number') return
    await this.request({ op: 'release', token: reply }, undefined)
  }
}
