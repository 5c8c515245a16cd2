import type { LockReply, LockRequest } from '../locks/lock-request.js'
import type { LockRoute } from '../locks/lock-route.js'
import { readLockRequest } from '../locks/read-request.js'
import type { Frame } from '../protocol/frame.js'
import { decodeMeta } from '../protocol/meta.js'

export interface LockAnswers {
  granted(id: number, reply: LockReply): void
  refused(id: number, error: unknown): void
}

/** What one session holds and waits for at the locks of its server. It ends with the session. */
export class SessionLocks {
  readonly #route: LockRoute
  readonly #answers: LockAnswers
  /** By the number that the client gave the acquisition. */
  readonly #owners = new Map<number, unknown>()
  readonly #held = new Map<number, number>()
  readonly #waiting = new Map<number, AbortController>()
  #isOver = false

  constructor(route: LockRoute, answers: LockAnswers) {
    this.#route = route
    this.#answers = answers
  }

  /** Requests that are not answered. */
  get waiting(): number {
    return this.#waiting.size
  }

  async ask({ id, meta, body }: Frame): Promise<void> {
    const number = Number(decodeMeta(meta)?.owner)
    const controller = new AbortController()
    this.#waiting.set(id, controller)
    try {
      const request = readLockRequest(body)
      const owner = this.#ownerOf(number)
      const reply = await this.#route.request(request, owner, controller.signal)
      this.#note(request, reply, number)
      if (!this.#isOver) this.#answers.granted(id, reply)
    } catch (error) {
      if (!this.#isOver) this.#answers.refused(id, error)
    } finally {
      this.#waiting.delete(id)
      if (![...this.#held.values()].includes(number)) this.#owners.delete(number)
    }
  }

  /** The client waits no more. @returns whether that was about a lock. */
  cancel(id: number): boolean {
    const controller = this.#waiting.get(id)
    controller?.abort(new Error('The wait was given up.'))
    return controller !== undefined
  }

  /** The session is gone: what it held passes on, and it waits for nothing. */
  end(): void {
    this.#isOver = true
    for (const id of [...this.#waiting.keys()]) this.cancel(id)
    for (const [token, number] of this.#held) this.#release(token, this.#owners.get(number))
    this.#held.clear()
  }

  #ownerOf(number: number): unknown {
    const known = this.#owners.get(number)
    if (known !== undefined) return known
    const owner = this.#route.owner()
    this.#owners.set(number, owner)
    return owner
  }

  #note(request: LockRequest, reply: LockReply, number: number): void {
    if (request.op === 'release') this.#held.delete(request.token)
    if (request.op !== 'acquire' || typeof reply !== 'number') return
    if (this.#isOver) this.#release(reply, this.#owners.get(number))
    else this.#held.set(reply, number)
  }

  #release(token: number, owner: unknown): void {
    this.#route.request({ op: 'release', token }, owner).catch(() => {})
  }
}
