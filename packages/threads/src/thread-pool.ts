import { channels, WorkerLostError } from '@conc/core'
import { Conditions, Line, type Place, publish } from '@conc/core/internal'
import type { Attempt, AttemptHome } from './attempt.js'
import { IdleReaper } from './idle-reaper.js'
import { Metrics } from './metrics.js'
import type { NestedCalls } from './nested-calls.js'
import { SendAhead } from './send-ahead.js'
import { StartBackoff } from './start-backoff.js'
import { Thread, type ThreadHome } from './thread.js'
import type { ThreadSettings } from './thread-options.js'
import type { ThreadExit } from './worker.js'

const alreadyResolved = Promise.resolve()

/**
 * The queue and the threads. The line's size is the number of slots on threads that work: whoever enters finds one
 * free. Threads are started when more calls wait than slots are there or on their way.
 */
export class ThreadPool implements ThreadHome, AttemptHome {
  readonly settings: ThreadSettings
  readonly nested: NestedCalls
  readonly metrics: Metrics = new Metrics()
  readonly line: Line
  readonly load: SharedArrayBuffer = new SharedArrayBuffer(8)
  readonly #load = new Int32Array(this.load)
  readonly #threads = new Set<Thread>()
  readonly #changes = new Conditions()
  readonly #ahead: SendAhead
  readonly #backoff: StartBackoff
  readonly #reaper: IdleReaper
  readonly #onChange: () => void
  /** Why threads cannot start, until one has. */
  #startFailure: WorkerLostError | undefined
  #isBalancing = false
  #state: 'idle' | 'open' | 'closed' = 'idle'

  /** @param onChange called when work has ended or moved on. */
  constructor(settings: ThreadSettings, nested: NestedCalls, onChange: () => void) {
    this.settings = settings
    this.nested = nested
    this.#onChange = onChange
    this.line = new Line(0, () => this.#changed())
    this.#ahead = new SendAhead(this.line, this.#threads, settings.maxTasksPerWorker)
    this.#backoff = new StartBackoff(() => this.#grow())
    this.#reaper = new IdleReaper(settings.idleTimeoutMs, () => this.#dispensable())
  }

  get concurrency(): number {
    return this.settings.maxThreads * this.settings.tasksPerThread
  }

  /** Calls that were accepted and have no slot. */
  get waiting(): number {
    return this.line.waiting + this.#ahead.count
  }

  get threads(): ReadonlySet<Thread> {
    return this.#threads
  }

  /** Puts an attempt at the end of the line. */
  join(attempt: Attempt): void {
    this.#state = 'open'
    // It comes before what was sent ahead with a lower priority.
    if (attempt.priority > 0) this.#ahead.takeBackAll()
    this.line.join(attempt, attempt.priority)
    this.#changed()
    this.#balanceSoon()
  }

  enter(attempt: Attempt): void {
    // The line is as long as the threads have slots, so there is one.
    const thread = this.#threadWithSlot() as Thread
    thread.take(attempt)
    if (thread.taken >= this.settings.maxTasksPerWorker) thread.retire()
    this.#balanceSoon()
    this.#showLoad()
  }

  leave(attempt: Attempt): boolean {
    return this.line.leave(attempt)
  }

  /** Resolves when `minThreads` run; rejects with the reason if they cannot start. */
  async started(signal: AbortSignal | undefined): Promise<void> {
    this.#state = this.#state === 'idle' ? 'open' : this.#state
    this.#startFailure = undefined
    this.#grow()
    await this.#changes.until(
      () => this.#startFailure !== undefined || this.#readyThreads >= this.settings.minThreads,
      signal,
    )
    if (this.#readyThreads < this.settings.minThreads && this.#startFailure) {
      throw this.#startFailure
    }
  }

  /** Ends every thread. @returns when the last one is gone. */
  async close(): Promise<void> {
    this.#state = 'closed'
    this.#backoff.end()
    this.#reaper.end()
    const threads = [...this.#threads]
    await Promise.all(threads.map((thread) => thread.dismiss().then(() => thread.exited)))
  }

  ready(thread: Thread): void {
    this.#backoff.succeeded()
    this.#startFailure = undefined
    this.#publish('up', thread)
    thread.capacity = this.settings.tasksPerThread
    this.line.size += thread.capacity
    this.#changes.check()
    this.#balanceSoon()
    this.#becameIdle(thread)
  }

  failedToStart(thread: Thread, cause: unknown): void {
    this.#threads.delete(thread)
    if (this.#state === 'closed') return
    this.#backoff.failed()
    const error = this.#startError(cause)
    this.#startFailure = error
    this.#publish('lost', thread, { exitCode: error.exitCode, tasks: [] })
    if (this.#readyThreads === 0) this.#refuseWaiting(error)
    this.#changed()
  }

  closing(thread: Thread): void {
    const spare = thread.capacity - thread.running
    if (spare <= 0) return
    thread.capacity -= spare
    this.line.size -= spare
  }

  gone(
    thread: Thread,
    { exitCode }: ThreadExit,
    attempts: readonly Attempt[],
    unbegun: ReadonlySet<Attempt>,
  ): void {
    this.#threads.delete(thread)
    this.nested.forget(thread)
    this.#announceEnd(thread, exitCode, attempts)
    this.line.size -= thread.capacity
    for (const attempt of [...unbegun].reverse()) attempt.joinFront(this.line)
    for (const attempt of attempts) this.#releaseLost(attempt)
    this.#balanceSoon()
    this.#changed()
  }

  released(thread: Thread, attempt: Attempt, now: number): void {
    const heldMs = now - attempt.slotSince
    this.metrics.used(heldMs)
    this.#ahead.ran(heldMs)
    if (thread.state === 'ready' && this.#passOn(thread, now)) return
    if (!thread.isOpen) {
      thread.capacity--
      this.line.size--
    }
    this.line.release()
    this.#balanceSoon()
    if (thread.running === 0) this.#becameIdle(thread)
  }

  stuck(thread: Thread, attempt: Attempt): void {
    this.#publish('stuck', thread, { tasks: [attempt.definition.name] })
  }

  get #readyThreads(): number {
    let count = 0
    for (const { state } of this.#threads) if (state === 'ready') count++
    return count
  }

  /** An idle thread, the last used first so that the others may end; else the one with the most free slots. */
  #threadWithSlot(): Thread | undefined {
    let best: Thread | undefined
    for (const thread of this.#threads) {
      if (!thread.hasFreeSlot) continue
      if (best === undefined || thread.running < best.running || isFresher(thread, best)) {
        best = thread
      }
    }
    return best
  }

  /** Gives a slot of the thread to whoever has the next right to it there. @returns whether there was somebody. */
  #passOn(thread: Thread, now: number): boolean {
    // A body that may go on comes before calls that were sent ahead, but not before one that was taken up already.
    if (thread.resumption.isWaiting) this.#ahead.takeBack(thread)
    if (!thread.promote(now)) return thread.resumption.passOn()
    this.#balanceSoon()
    return true
  }

  #balanceSoon(): void {
    if (this.#isBalancing || this.#state !== 'open') return
    this.#isBalancing = true
    // Not queueMicrotask: Node wraps each of those in an async resource of its own.
    void alreadyResolved.then(this.#balance)
  }

  readonly #balance = (): void => {
    this.#isBalancing = false
    this.#grow()
    this.#ahead.balance()
  }

  #grow(): void {
    while (this.#state === 'open' && this.#isShort() && this.#backoff.isOver) {
      this.#threads.add(new Thread(this))
    }
  }

  #isShort(): boolean {
    const { maxThreads, minThreads, tasksPerThread } = this.settings
    if (this.#threads.size >= maxThreads) return false
    if (this.#threads.size < minThreads) return true
    let starting = 0
    for (const { state } of this.#threads) if (state === 'starting') starting++
    const free = Math.max(this.line.size - this.line.running, 0)
    return this.waiting > free + starting * tasksPerThread
  }

  #becameIdle(thread: Thread): void {
    if (thread.calls.size > 0 || thread.state !== 'ready') return
    if (thread.isRetiring) void thread.dismiss()
    else this.#reaper.watch()
  }

  /** Idle threads above `minThreads`, longest idle first. */
  #dispensable(): Thread[] {
    const idle = [...this.#threads].filter((one) => one.hasFreeSlot && one.calls.size === 0)
    idle.sort((one, other) => one.idleSince - other.idleSince)
    return idle.slice(0, Math.max(this.#threads.size - this.settings.minThreads, 0))
  }

  #releaseLost(attempt: Attempt): void {
    if (!attempt.holdsSlot) return
    attempt.holdsSlot = false
    this.metrics.used(performance.now() - attempt.slotSince)
    this.line.release()
  }

  #refuseWaiting(error: WorkerLostError): void {
    for (const place of [...this.line] as (Place & Partial<Attempt>)[]) {
      if (this.line.leave(place)) place.fail?.(error, 'infrastructure')
    }
  }

  #startError(cause: unknown): WorkerLostError {
    const { name } = this.settings
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new WorkerLostError(`A thread of '${name}' could not start: ${reason}`, {
      cause,
      started: false,
      executor: name,
    })
  }

  #announceEnd(thread: Thread, exitCode: number | null, attempts: readonly Attempt[]): void {
    if (thread.isRetiring && thread.isDismissed) {
      this.metrics.counts.recycled++
      this.#publish('recycled', thread)
    } else if (!thread.isDismissed) {
      const tasks = attempts.map(({ definition }) => definition.name)
      this.#publish('lost', thread, { exitCode, tasks })
    }
  }

  #publish(type: string, thread: Thread, details: Record<string, unknown> = {}): void {
    publish(channels.worker, type, this.settings.name, () => ({
      worker: thread.threadId,
      ...details,
    }))
  }

  #changed(): void {
    this.#showLoad()
    this.#changes.check()
    this.#onChange()
  }

  #showLoad(): void {
    this.#load[0] = this.line.running
    this.#load[1] = this.waiting
  }
}

function isFresher(one: Thread, other: Thread): boolean {
  return one.running === other.running && one.idleSince > other.idleSince
}
