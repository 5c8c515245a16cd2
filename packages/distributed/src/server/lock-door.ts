import { AuthenticationError, type ExecutorError, QueueFullError } from '@conc/core'
import type { Frame } from '../protocol/frame.js'
import type { SessionLocks } from './session-locks.js'

/** Whose locks they are, as far as the door has to know. */
export interface LockDoorHost {
  readonly executorName: string
  readonly settings: { readonly maxInFlight: number; readonly authorize?: unknown }
  isAllowed(action: 'locks'): Promise<boolean>
  refuse(id: number, error: ExecutorError): void
}

/** Lets the requests of a session through to its locks: as many as its quota is, where it may use locks at all. */
export class LockDoor {
  readonly #host: LockDoorHost
  readonly #locks: SessionLocks

  constructor(host: LockDoorHost, locks: SessionLocks) {
    this.#host = host
    this.#locks = locks
  }

  /** An ACQUIRE frame. */
  take(frame: Frame): void {
    const { settings, executorName: executor } = this.#host
    if (this.#locks.waiting >= settings.maxInFlight) {
      const message = `The session waits for ${settings.maxInFlight} locks, its maxInFlight.`
      this.#host.refuse(frame.id, new QueueFullError(message, { executor }))
    } else if (settings.authorize === undefined) this.#locks.ask(frame)
    else void this.#takeIfAllowed(frame)
  }

  async #takeIfAllowed(frame: Frame): Promise<void> {
    if (await this.#host.isAllowed('locks')) {
      this.#locks.ask(frame)
      return
    }
    const { executorName: executor } = this.#host
    const message = 'This session may not use locks.'
    this.#host.refuse(frame.id, new AuthenticationError(message, { executor }))
  }
}
