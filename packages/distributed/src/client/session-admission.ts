import { ConnectionLostError } from '@conc/core'
import { currentFrame, queueFull, refuseClosure } from '@conc/core/internal'
import { idsAbove } from '../calls/ids-above.js'
import type { CallRequest } from '../coordinator/call-request.js'
import type { SessionEngine } from './session-engine.js'

/** Whether a session takes one more call, and why not. */
export class SessionAdmission {
  readonly #engine: SessionEngine

  constructor(engine: SessionEngine) {
    this.#engine = engine
  }

  /** Resolves when there is room for one more; rejects when there never will be, or with `signal.reason`. */
  async untilRoom(signal: AbortSignal | undefined): Promise<void> {
    const { room, keepAlive } = this.#engine
    keepAlive.hold()
    try {
      await room.until(() => !this.#engine.isUsable || this.#hasRoom, signal)
    } finally {
      keepAlive.letGo()
    }
    if (!this.#engine.isUsable) throw this.#engine.closedError()
  }

  refusal(work: unknown): Error | undefined {
    if (!this.#engine.isUsable) return this.#engine.closedError()
    return refuseClosure(this.#engine.name, work) ?? this.#absence(isInTask) ?? this.#fullness()
  }

  /** Why a call that comes as bytes is not taken. */
  guestRefusal(request: CallRequest): Error | undefined {
    if (!this.#engine.isUsable && !this.belongs(request)) return this.#engine.closedError()
    return this.#absence(() => request.parentId !== undefined) ?? this.#fullness()
  }

  /** Whether it comes of a call that is out, and that a close waits for. */
  belongs(request: CallRequest): boolean {
    return idsAbove(request).some((id) => this.#engine.outgoing.bodies.isLive(id))
  }

  get #hasRoom(): boolean {
    const { linkState, settings, load } = this.#engine
    if (linkState !== 'open') return false
    if (settings.queueLimit !== Number.POSITIVE_INFINITY) return !this.#isFull
    return load.running + load.waiting < load.concurrency
  }

  /** Calls of this session that wait for more than the slots there are. */
  get #isFull(): boolean {
    const { outgoing, told, settings } = this.#engine
    return outgoing.size - told.concurrency >= settings.queueLimit
  }

  /** Who is told to be back, or has others, does not wait for a connection. */
  #absence(isOfTask: () => boolean): Error | undefined {
    const { linkState, settings, name } = this.#engine
    // Of what a task calls only the server knows whether it belongs to work that it finishes.
    const isRefused = linkState === 'draining' && !isOfTask()
    const isAway = linkState === 'connecting' || linkState === 'reconnecting'
    if (!isRefused && !(settings.isLazy && isAway)) return undefined
    const what = linkState === 'draining' ? 'is closing' : 'is not connected'
    const names = { executor: name, started: false }
    return new ConnectionLostError(`The server of session '${name}' ${what}.`, names)
  }

  #fullness(): Error | undefined {
    if (!this.#isFull) return undefined
    const { name, settings } = this.#engine
    return queueFull(name, settings.queueLimit)
  }
}

function isInTask(): boolean {
  return currentFrame()?.task !== undefined
}
