import { Cancellation, currentFrame, newCallId, type RunningTask } from '@conc/core/internal'
import { decode, encode } from '@conc/wire'
import type { BodyOwner } from '../link/body-owner.js'
import type { LockReply, LockRequest } from '../locks/lock-request.js'
import type { LockQuestion, LockRoute } from '../locks/lock-route.js'
import { encodeRelease } from '../locks/release-body.js'
import { encodeLockRequest } from '../locks/request-bytes.js'
import { TaskOwners } from '../locks/task-owners.js'
import type { Questions } from './questions.js'
import { bodyHere } from './worker-slot.js'

/** To the lock host of the pool that runs this task: its owner is the task. */
export class TaskLockRoute implements LockRoute {
  readonly #questions: Questions
  readonly #poolId: string
  readonly #inside = new TaskOwners<BodyOwner>(insideOf, (owner) => this.#left(owner))
  /** The pool is gone, and its locks with it. */
  readonly #gone = new Cancellation()

  constructor(questions: Questions, poolId: string) {
    this.#questions = questions
    this.#poolId = poolId
  }

  owner(): BodyOwner {
    const body = bodyHere()
    const task = currentFrame()?.task
    if (task === undefined || task.id === `${this.#poolId}-${body}`) return { body }
    return this.#inside.of(task)
  }

  stranger({ task: name }: { readonly task?: string | undefined } = {}): BodyOwner {
    return { body: bodyHere(), task: newCallId(), ...(name !== undefined && { name }) }
  }

  ask(request: LockRequest, owner: unknown): LockQuestion {
    const { promise, giveUp } = this.#questions.lock(
      encodeLockRequest(request),
      encode(owner).chunks,
    )
    return { answer: promise.then((bytes) => decode(bytes) as LockReply), giveUp }
  }

  letGo(token: number, owner: unknown): void {
    this.#questions.release(encodeRelease({ token, owner }))
  }

  watch(_token: number, told: (reason: unknown) => void): () => void {
    const dependent = { cancelled: told }
    this.#gone.add(dependent)
    return () => this.#gone.remove(dependent)
  }

  lost(reason: unknown): void {
    this.#gone.cancel(reason)
  }

  #left(owner: BodyOwner): void {
    this.ask({ op: 'leave' }, owner).answer.catch(() => {})
  }
}

function insideOf({ id, name }: RunningTask): BodyOwner {
  return { body: bodyHere(), task: id, name }
}
