import { performance } from 'node:perf_hooks'
import { Conditions, Line, showWantedLevel } from '@conc/core/internal'
import type { Attempt, AttemptHome } from '../calls/attempt.js'
import type { NestedCalls } from '../calls/nested-calls.js'
import type { Thread } from '../thread/thread.js'
import type { ThreadHome } from '../thread/thread-home.js'
import type { ThreadExit } from '../thread/thread-worker.js'
import type { ThreadSettings } from '../thread-options.js'
import { IdleReaper } from './idle-reaper.js'
import { Metrics } from './metrics.js'
import { SendAhead } from './send-ahead.js'
import { StartFailures } from './start-failures.js'
import { ThreadSet } from './thread-set.js'
import { WorkerEvents } from './worker-events.js'

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
  readonly threads: ThreadSet
  readonly #load = new Int32Array(this.load)
  readonly #changes = new Conditions()
  readonly #ahead: SendAhead
  readonly #reaper: IdleReaper
  readonly #events: WorkerEvents
  readonly #failures: StartFailures
  readonly #onChange: () => void
  #isBalancing = false
  #state: 'idle' | 'open' | 'closed' = 'idle'

  /** @param onChange called when work has ended or moved on. */
  constructor(settings: ThreadSettings, nested: NestedCalls, onChange: () => void) {
    this.settings = settings
    this.nested = nested
    this.#onChange = onChange
    this.line = new Line(0, () => this.#changed())
    this.threads = new ThreadSet(this, () => this.#grow())
    this.#ahead = new SendAhead(this.line, this.threads, settings.maxTasksPerWorker)
    this.#reaper = new IdleReaper(settings.idleTimeoutMs, () => this.threads.dispensable())
    this.#events = new WorkerEvents(settings.name)
    this.#failures = new StartFailures(settings.name, this.line)
  }

  get concurrency(): number {
    return this.settings.maxThreads * this.settings.tasksPerThread
  }

  /** Calls that were accepted and have no slot. */
  get waiting(): number {
    return this.line.waiting + this.#ahead.count
  }

  /** Puts an attempt at the end of the line. */
  join(attempt: Attempt): void {
    this.#open()
    // Somebody may have begun to listen, which nobody is told.
    showWantedLevel()
    // It comes before what was sent ahead with a lower priority.
    if (attempt.priority > 0) this.#ahead.takeBackAll()
    this.line.join(attempt, attempt.priority)
    this.#changed()
    this.#balanceSoon()
  }

  enter(attempt: Attempt): void {
    // The line is as long as the threads have slots, so there is one.
    const thread = this.threads.withSlot() as Thread
    thread.placement.take(attempt)
    if (thread.placement.taken >= this.settings.maxTasksPerWorker) thread.retire()
    this.#balanceSoon()
    this.#showLoad()
  }

  leave(attempt: Attempt): boolean {
    return this.line.leave(attempt)
  }

  /** Resolves when `minThreads` run; rejects with the reason if they cannot start. */
  async started(signal: AbortSignal | undefined): Promise<void> {
    this.#open()
    this.#failures.forget()
    this.#grow()
    const { minThreads } = this.settings
    await this.#changes.until(
      () => this.#failures.last !== undefined || this.threads.ready >= minThreads,
      signal,
    )
    if (this.threads.ready < minThreads && this.#failures.last) throw this.#failures.last
  }

  /** Ends every thread. @returns when the last one is gone. */
  async close(): Promise<void> {
    this.#state = 'closed'
    this.threads.close()
    this.#reaper.end()
    const threads = [...this.threads]
    await Promise.all(threads.map((thread) => thread.dismiss().then(() => thread.exited)))
  }

  ready(thread: Thread): void {
    this.threads.started()
    this.#failures.forget()
    this.#events.up(thread)
    thread.slots.capacity = this.settings.tasksPerThread
    this.line.size += thread.slots.capacity
    this.#changes.check()
    this.#balanceSoon()
    this.#becameIdle(thread)
  }

  failedToStart(thread: Thread, cause: unknown): void {
    this.threads.failedToStart(thread)
    if (this.#state === 'closed') return
    this.#events.failedToStart(thread)
    this.#failures.add(cause, this.threads.ready === 0)
    this.#changed()
  }

  closing(thread: Thread): void {
    this.#shrink(thread)
    // The call that was one too many could not be sent: there is nothing that it would end with.
    this.#becameIdle(thread)
  }

  gone(
    thread: Thread,
    { exitCode }: ThreadExit,
    attempts: readonly Attempt[],
    unbegun: ReadonlySet<Attempt>,
  ): void {
    this.threads.delete(thread)
    this.nested.forget(thread)
    if (thread.isDismissed && thread.isRetiring) this.metrics.counts.recycled++
    this.line.size -= thread.slots.capacity
    thread.slots.capacity = 0
    // Before anybody enters: who goes to another thread holds a slot of that one from then on.
    const lost = attempts.filter((attempt) => this.#takeSlot(attempt))
    for (const attempt of [...unbegun].reverse()) attempt.joinFront(this.line)
    for (let left = lost.length; left > 0; left--) this.line.release()
    this.#balanceSoon()
    this.#changed()
    // Whoever listens may cancel calls: by now each is where it can be taken back.
    this.#events.ended(thread, exitCode, attempts)
  }

  used({ slotSince }: Attempt, now: number): void {
    const heldMs = now - slotSince
    this.metrics.used(heldMs)
    this.#ahead.ran(heldMs)
  }

  released(thread: Thread, attempt: Attempt, now: number): void {
    this.used(attempt, now)
    if (thread.state === 'ready' && this.#passOn(thread, now)) return
    this.#shrink(thread)
    this.line.release()
    this.#balanceSoon()
    if (thread.slots.running === 0) this.#becameIdle(thread)
  }

  changed(thread: Thread): void {
    this.#shrink(thread)
    this.#becameIdle(thread)
    this.#showLoad()
  }

  stuck(thread: Thread, attempt: Attempt): void {
    this.#events.stuck(thread, attempt)
  }

  #open(): void {
    if (this.#state !== 'idle') return
    this.#state = 'open'
    this.threads.open()
  }

  /** Slots that nobody holds on a thread that takes nothing new go out of use. */
  #shrink(thread: Thread): void {
    const spare = thread.isOpen ? 0 : thread.slots.removeSpare()
    if (spare > 0) this.line.size -= spare
  }

  /** Gives a slot of the thread to whoever has the next right to it there. @returns whether there was somebody. */
  #passOn(thread: Thread, now: number): boolean {
    // A body that may go on comes before calls that were sent ahead, but not before one that was taken up already.
    if (thread.resumption.isWaiting) this.#ahead.takeBack(thread)
    if (!thread.placement.promote(now)) return thread.resumption.passOn()
    this.#ahead.refill(thread)
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
    for (const thread of this.threads) thread.flush()
  }

  #grow(): void {
    this.threads.grow(this.waiting)
  }

  #becameIdle(thread: Thread): void {
    if (thread.calls.size > 0 || thread.state !== 'ready') return
    if (thread.isRetiring) void thread.dismiss()
    else this.#reaper.watch()
  }

  /** @returns whether the attempt held a slot of the thread that is gone. */
  #takeSlot(attempt: Attempt): boolean {
    if (!attempt.holdsSlot) return false
    attempt.holdsSlot = false
    this.metrics.used(performance.now() - attempt.slotSince)
    return true
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
