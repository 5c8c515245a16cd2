import { encode, encodeError } from '@conc/wire'
import type { Coordinator } from '../../coordinator/coordinator.js'
import type { PoolCall } from '../../coordinator/pool-call.js'
import type { Seat } from '../../coordinator/seat.js'
import { LockError } from '../../errors.js'
import type { BodyOwner } from '../../link/body-owner.js'
import type { PipeLink } from '../../link/pipe-link.js'
import type { LockHost } from '../../locks/lock-host.js'
import type { LockOwner, LockReply } from '../../locks/lock-request.js'
import { type Release, readRelease } from '../../locks/release-body.js'
import { readLockRequest } from '../../locks/request-bytes.js'
import { encodeFailureMeta } from '../../protocol/failure-meta.js'
import type { Frame } from '../../protocol/frame.js'
import { frameType } from '../../protocol/frame-types.js'

/** A task as an owner of locks. */
function ownerOf(poolId: string, call: PoolCall): LockOwner {
  const idOf = (one: PoolCall): string => `${poolId}-${one.id}`
  return {
    id: idOf(call),
    task: call.request.task,
    *ancestors() {
      let top = call
      for (let above = call.parent; above; above = above.parent) {
        yield idOf(above)
        top = above
      }
      // Of the task that called the pool, where it was one.
      if (top.request.parentId !== undefined) yield top.request.parentId
    },
    *awaited() {
      const pending = call.children?.values() ?? []
      for (let next = pending.pop(); next; next = pending.pop()) {
        yield idOf(next)
        pending.push(...(next.children?.values() ?? []))
      }
    },
  }
}

/** Where the bodies of one worker ask for locks. A body that has to wait holds no slot meanwhile. */
export class LockDesk {
  readonly #host: LockHost
  readonly #coordinator: Coordinator
  readonly #link: PipeLink
  readonly #poolId: string
  readonly #waiting = new Map<number, () => void>()

  constructor(host: LockHost, coordinator: Coordinator, link: PipeLink, poolId: string) {
    this.#host = host
    this.#coordinator = coordinator
    this.#link = link
    this.#poolId = poolId
  }

  take(frame: Frame, seat: Seat): void {
    const { id, meta } = frame
    const said = frame.decodeBody('owner') as BodyOwner
    const call = seat.calls.get(said.body)
    if (call === undefined) {
      return void this.#refuse(id, new LockError('In a worker only a task can hold locks.'))
    }
    let isWaiting = false
    let isAnswered = false
    const answer = (tell: () => void): void => {
      isAnswered = true
      this.#waiting.delete(id)
      if (isWaiting) this.#coordinator.resume(call, tell)
      else tell()
    }
    const leave = this.#host.request(readLockRequest(meta), this.#ownerOf(call, said), {
      granted: (reply) => answer(() => this.#reply(id, reply)),
      refused: (error) => answer(() => this.#refuse(id, error)),
    })
    if (isAnswered) return
    isWaiting = true
    this.#coordinator.suspend(call)
    this.#waiting.set(id, () => {
      leave()
      if (!isAnswered) answer(() => this.#refuse(id, new LockError('The wait was given up.')))
    })
  }

  /** Something is given back. What its body left behind has passed on already. */
  release(frame: Frame, seat: Seat): void {
    const { token, owner } = readRelease(frame) as Release
    const said = owner as BodyOwner
    const call = seat.calls.get(said.body)
    if (call) this.#host.letGo(token, this.#ownerOf(call, said))
  }

  /** The caller waits no more. @returns whether that was about a lock. */
  cancel(id: number): boolean {
    const giveUp = this.#waiting.get(id)
    giveUp?.()
    return giveUp !== undefined
  }

  #ownerOf(call: PoolCall, { task, name }: BodyOwner): LockOwner {
    const owner = ownerOf(this.#poolId, call)
    if (task === undefined) return owner
    return {
      id: task,
      task: name ?? task,
      within: owner.id,
      *ancestors() {
        yield owner.id
        yield* owner.ancestors()
      },
      awaited: () => [],
    }
  }

  #reply(id: number, reply: LockReply): void {
    this.#link.add(frameType.grant, id, undefined, encode(reply).chunks)
  }

  #refuse(id: number, error: unknown): void {
    const meta = encodeFailureMeta({ phase: 'reject', started: false })
    this.#link.add(frameType.error, id, meta, encodeError(error).chunks)
  }
}
