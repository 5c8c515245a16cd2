import { AuthenticationError, type ExecutorError, ProtocolError, QueueFullError } from '@conc/core'
import { LockError } from '../errors.js'
import type { Frame } from '../protocol/frame.js'
import { isIdOf } from '../protocol/ids.js'
import type { SessionLocks } from './session-locks.js'

/** Whose locks they are, as far as the door has to know. */
export interface LockDoorHost {
  readonly executorName: string
  readonly settings: { readonly maxInFlight: number; readonly authorize?: unknown }
  isAllowed(action: 'locks'): Promise<boolean>
  refuse(id: number, error: unknown): void
  /** A frame broke a rule of its id. */
  fault(): void
}

/** Lets the requests of a session through to its locks: as many as its quota is, where it may use locks at all. */
export class LockDoor {
  readonly #host: LockDoorHost
  readonly #locks: SessionLocks
  /** Ids of those that `authorize` thinks about. */
  readonly #doubtful = new Set<number>()

  constructor(host: LockDoorHost, locks: SessionLocks) {
    this.#host = host
    this.#locks = locks
  }

  /** An ACQUIRE frame. */
  take(frame: Frame): void {
    const { id } = frame
    if (!isIdOf('connecting', id) || this.#isInUse(id)) this.#misused(id)
    else if (this.#waiting >= this.#host.settings.maxInFlight) this.#refuseMore(id)
    else if (this.#host.settings.authorize === undefined) this.#locks.ask(frame)
    else void this.#takeIfAllowed(frame)
  }

  /** The client waits no more. @returns whether that was about a lock. */
  cancel(id: number): boolean {
    if (!this.#doubtful.delete(id) && !this.#locks.cancel(id)) return false
    this.#host.refuse(id, new LockError('The wait was given up.'))
    return true
  }

  get #waiting(): number {
    return this.#doubtful.size + this.#locks.waiting
  }

  #isInUse(id: number): boolean {
    return this.#doubtful.has(id) || this.#locks.has(id)
  }

  async #takeIfAllowed(frame: Frame): Promise<void> {
    this.#doubtful.add(frame.id)
    const isAllowed = await this.#host.isAllowed('locks')
    if (!this.#doubtful.delete(frame.id)) return
    if (isAllowed) this.#locks.ask(frame)
    else this.#refuse(frame.id, AuthenticationError, 'This session may not use locks.')
  }

  #refuseMore(id: number): void {
    const { maxInFlight } = this.#host.settings
    const message = `The session waits for ${maxInFlight} locks, its maxInFlight.`
    this.#refuse(id, QueueFullError, message)
  }

  #misused(id: number): void {
    this.#host.fault()
    this.#refuse(id, ProtocolError, `ACQUIRE came with id ${id}, which is not free.`)
  }

  #refuse(
    id: number,
    Refusal: new (message: string, names: { executor: string }) => ExecutorError,
    message: string,
  ): void {
    this.#host.refuse(id, new Refusal(message, { executor: this.#host.executorName }))
  }
}
