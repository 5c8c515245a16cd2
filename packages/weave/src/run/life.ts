import { TaskCancelledError, TaskTimeoutError } from '@conc/core'
import {
  type AbortListener,
  Cancellation,
  type Deferred,
  type Dependent,
  deferred,
  listenTo,
  stopListening,
} from '@conc/core/internal'
import { Alarms } from './alarms.js'

/** How a run ended. */
export type Ending =
  | { readonly kind: 'fulfilled' }
  /** A task failed, or the run's time was over. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** The caller, or the task around the run, gave it up; or it cannot go on as it was asked to. */
  | { readonly kind: 'aborted'; readonly error: unknown }

/** What may end a run early, and what its end waits for. */
export interface LifeInit {
  readonly signal: AbortSignal | undefined
  /** Epoch ms. */
  readonly deadline: number | undefined
  /** Of the bodies around the run. */
  readonly parents: readonly Cancellation[]
  /** Whether the end waits for bodies that were told to stop. */
  readonly drain: boolean
  /** Called once, when nothing counts any more. @param reason what bodies are told; `undefined` where none runs. */
  closed(ending: Ending, reason: unknown): void
  /** Called once, when it is all over. */
  over(ending: Ending): void
}

/** The life of one run: ends once, by itself or because of what is around it. */
export class Life implements AbortListener, Dependent {
  readonly cancellation: Cancellation = new Cancellation()
  readonly alarms: Alarms = new Alarms()
  isLive = true
  readonly #init: LifeInit
  readonly #ended: Deferred<Ending> = deferred()
  #ending: Ending | undefined
  #isOver = false
  /** Bodies that have not ended. */
  #bodies = 0

  constructor(init: LifeInit) {
    this.#init = init
  }

  /** Resolves once, however the run ends. */
  get ended(): Promise<Ending> {
    return this.#ended.promise
  }

  get ending(): Ending | undefined {
    return this.#ending
  }

  /** Looks at what may end it; afterwards it may not be live any more. */
  begin(): void {
    const { signal, parents, deadline } = this.#init
    if (signal?.aborted) {
      this.aborted(signal.reason)
      return
    }
    if (signal) listenTo(signal, this)
    for (const parent of parents) parent.add(this)
    if (this.isLive && deadline !== undefined) {
      this.alarms.set(deadline - Date.now(), () => this.#timeOut())
    }
  }

  bodyBegan(): void {
    this.#bodies++
  }

  bodyEnded(): void {
    if (--this.#bodies === 0 && !this.isLive) this.#finish()
  }

  /** The caller's signal aborted. */
  aborted(reason: unknown): void {
    this.end({ kind: 'aborted', error: reason }, reason)
  }

  /** The body around the run was cancelled. */
  cancelled(cause: unknown): void {
    const error = new TaskCancelledError('The task that ran this weave was cancelled.', {
      origin: 'parent',
      cause,
    })
    this.end({ kind: 'aborted', error }, error)
  }

  /** @param reason what running bodies are told, where there are any. */
  end(ending: Ending, reason?: unknown): void {
    if (!this.isLive) return
    this.isLive = false
    this.#ending = ending
    const { signal, parents } = this.#init
    if (signal) stopListening(signal, this)
    for (const parent of parents) parent.remove(this)
    this.alarms.clear()
    this.#init.closed(ending, reason)
    if (reason === undefined) this.cancellation.end()
    else this.cancellation.cancel(reason)
    const waits = this.#init.drain && ending.kind !== 'fulfilled' && this.#bodies > 0
    if (!waits) this.#finish()
  }

  #timeOut(): void {
    const error = new TaskTimeoutError('The weave ran out of time.', { phase: 'running' })
    this.end({ kind: 'failed', error }, error)
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    const ending = this.#ending as Ending
    this.#init.over(ending)
    this.#ended.resolve(ending)
  }
}

/** How those who watch are told of an ending. */
export function statusOf({ kind }: Ending): 'fulfilled' | 'rejected' | 'cancelled' {
  if (kind === 'failed') return 'rejected'
  return kind === 'aborted' ? 'cancelled' : 'fulfilled'
}
