import { decodeError, type WorkerLostError } from '@conc/core'
import {
  type AbortListener,
  type Deferred,
  deferred,
  expectReader,
  listenTo,
  stopListening,
  Timer,
  wasRead,
} from '@conc/core/internal/base'
import type { LinkedChannel } from '../channel/channel.js'
import { LinkedEnd } from '../linked/linked-end.js'
import type { PortlessParts } from '../linked/messages.js'
import type { SettledMessage } from './messages.js'
import type { Occupant, Thread } from './thread.js'
import { threads } from './threads.js'

/** What starting a coroutine gives: the caller's end of its channel, and the life of its thread. */
export interface ThreadChannel<Send, Recv, R = unknown> extends LinkedChannel<Send, Recv> {
  /**
   * What the body returned. Rejects with its error, with the reason of a cancel, or with `WorkerLostError`; never as an
   * unhandled rejection.
   */
  readonly done: Promise<R>
  readonly threadId: number
  /** Ends the thread now, whatever it does. Resolves when it is gone; does nothing after the body's end. */
  terminate(): Promise<void>
}

export class ThreadEnd extends LinkedEnd<unknown, unknown> implements Occupant, AbortListener {
  readonly threadId: number
  readonly #thread: Thread
  readonly #graceMs: number
  readonly #done = deferred<unknown>()
  /** Stands for this channel where it must not be kept alive. */
  readonly #key = {}
  #signal: AbortSignal | undefined
  #grace: Timer | undefined
  #state: 'running' | 'settled' | 'lost' = 'running'
  #isRead = false
  /** For those who wait for the body's end, however it ends. */
  #whenOver: Deferred<void> | undefined

  constructor(parts: PortlessParts, thread: Thread, graceMs: number) {
    super({ ...parts, port: thread.port.port }, thread.port)
    this.threadId = thread.threadId
    this.#thread = thread
    this.#graceMs = graceMs
    this.#done.promise.catch(() => {})
  }

  get done(): Promise<unknown> {
    this.#read()
    return this.#done.promise
  }

  override get isPortable(): boolean {
    return false
  }

  /** The caller's signal cancels it. */
  obey(signal: AbortSignal): void {
    this.#signal = signal
    listenTo(signal, this)
  }

  aborted(reason: unknown): void {
    this.#done.reject(reason)
    this.#isRead = true
    this.abort(reason)
    this.#endAfterGrace()
  }

  async terminate(): Promise<void> {
    if (this.#state === 'running') await this.#thread.terminate()
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    if (this.#state !== 'running') return
    this.#whenOver ??= deferred()
    this.#endAfterGrace()
    await this.#whenOver.promise
  }

  override takeNow(): unknown {
    this.#read()
    return super.takeNow()
  }

  override isReadable(): boolean {
    this.#read()
    return super.isReadable()
  }

  settled(message: SettledMessage): void {
    this.#over('settled')
    if (message.ok) {
      this.#done.resolve(message.end ? this.adopt(message.end) : message.value)
      return
    }
    const error = decodeError(message.error)
    this.#done.reject(error)
    if (!message.isClean) this.#expectReader(error)
  }

  lost(error: WorkerLostError, exitCode: number): void {
    if (this.#state === 'running') this.#over('lost')
    this.#done.reject(error)
    this.lose(error, exitCode)
    this.#expectReader(error)
  }

  protected override get leavesPort(): boolean {
    return true
  }

  /** The exit of the thread says more, and comes as well. */
  override portClosed(): void {}

  #over(state: 'settled' | 'lost'): void {
    this.#state = state
    this.#grace?.clear()
    if (this.#signal) stopListening(this.#signal, this)
    threads.settled()
    this.#whenOver?.resolve()
  }

  #endAfterGrace(): void {
    if (this.#state !== 'running') return
    this.#grace ??= new Timer(this.#graceMs, () => void this.terminate())
  }

  #read(): void {
    if (this.#isRead) return
    this.#isRead = true
    wasRead(this.#key)
  }

  #expectReader(error: unknown): void {
    if (this.#isRead) return
    expectReader(this, this.#key, `Coroutine '${this.name}' failed, and nobody read it: ${error}`)
  }
}
