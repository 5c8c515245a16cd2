import { Conditions, checkCount, checkPause, Timer } from '@conc/core/internal/base'
import { Thread, type ThreadInit, type ThreadOwner } from './thread.js'

/** Threads that coroutines have left, kept for the next ones. Each thread that starts coroutines has its own cache. */
export interface ThreadCache {
  /** How many threads are kept at the most. Default `os.availableParallelism()`. */
  maxIdle: number
  /** How long one is kept, in milliseconds. Default 5000. */
  idleTimeoutMs: number
  readonly idle: number
  /** Coroutines that have not ended. */
  readonly running: number
  /** Ends the idle threads, and those that deliver their last items. */
  drain(): Promise<void>
}

/** Every thread that this thread has started. */
class Threads implements ThreadCache, ThreadOwner {
  running = 0
  readonly #idle = new Map<Thread, Timer>()
  readonly #busy = new Set<Thread>()
  readonly #ending = new Set<Promise<void>>()
  readonly #conditions = new Conditions()
  #draining = 0
  #maxIdle: number | undefined
  #idleTimeoutMs = 5000

  get isDraining(): boolean {
    return this.#draining > 0
  }

  get idle(): number {
    return this.#idle.size
  }

  get maxIdle(): number {
    // Not before: threads that start no others go without node:os.
    this.#maxIdle ??= process.getBuiltinModule('node:os').availableParallelism()
    return this.#maxIdle
  }

  set maxIdle(value: number) {
    checkCount('maxIdle', value)
    this.#maxIdle = value
    for (const thread of this.#idle.keys()) if (this.idle > value) this.#retire(thread)
  }

  get idleTimeoutMs(): number {
    return this.#idleTimeoutMs
  }

  set idleTimeoutMs(value: number) {
    checkPause('idleTimeoutMs', value)
    this.#idleTimeoutMs = value
  }

  async drain(): Promise<void> {
    this.#draining++
    // Otherwise nothing might keep the process until they are done.
    for (const thread of this.#busy) if (thread.isSettled) thread.hold(true)
    await this.#conditions.until(() => this.#busy.size <= this.running)
    this.#draining--
    for (const thread of this.#idle.keys()) this.#retire(thread)
    await Promise.all(this.#ending)
  }

  /** A thread that waits already, the one that has waited least; or a new one. */
  take(init: ThreadInit, isShared: boolean): Thread {
    const waiting = isShared ? [...this.#idle.keys()].at(-1) : undefined
    const thread = waiting ?? new Thread(this, init, isShared)
    this.#idle.get(thread)?.clear()
    this.#idle.delete(thread)
    this.#busy.add(thread)
    return thread
  }

  settled(): void {
    this.running--
    this.#conditions.check()
  }

  released(thread: Thread, isReusable: boolean): void {
    this.#busy.delete(thread)
    thread.hold(false)
    const { idleTimeoutMs } = this
    if (isReusable && thread.isShared && this.idle < this.maxIdle && idleTimeoutMs > 0) {
      const timer = new Timer(idleTimeoutMs, () => this.#retire(thread))
      timer.hold(false)
      this.#idle.set(thread, timer)
    } else this.#end(thread)
    this.#conditions.check()
  }

  exited(thread: Thread): void {
    this.#idle.get(thread)?.clear()
    this.#idle.delete(thread)
    this.#busy.delete(thread)
    this.#conditions.check()
  }

  /** Whether no coroutine that was started here runs, or delivers its last items. */
  get areIdle(): boolean {
    return this.#busy.size === 0
  }

  /** A finished thread stays while one that it started runs, which would die with it. */
  whenIdle(): Promise<void> {
    return this.#conditions.until(() => this.areIdle)
  }

  #retire(thread: Thread): void {
    this.#idle.get(thread)?.clear()
    this.#idle.delete(thread)
    this.#end(thread)
  }

  #end(thread: Thread): void {
    const ending = thread.terminate().finally(() => this.#ending.delete(ending))
    this.#ending.add(ending)
  }
}

export const threads: Threads = new Threads()
