import { Thread } from '../thread/thread.js'
import type { ThreadHome } from '../thread/thread-home.js'
import { StartBackoff } from './start-backoff.js'

/** The threads of one pool: which there are, which one is to be used next, and when another one is started. */
export class ThreadSet implements Iterable<Thread> {
  readonly #home: ThreadHome
  readonly #threads = new Set<Thread>()
  readonly #backoff: StartBackoff
  #isOpen = false

  /** @param retry called when threads may be started again after one could not start. */
  constructor(home: ThreadHome, retry: () => void) {
    this.#home = home
    this.#backoff = new StartBackoff(retry)
  }

  get size(): number {
    return this.#threads.size
  }

  /** Those that have started. */
  get ready(): number {
    return this.#count('ready')
  }

  [Symbol.iterator](): Iterator<Thread> {
    return this.#threads.values()
  }

  open(): void {
    this.#isOpen = true
  }

  /** No thread is started any more. */
  close(): void {
    this.#isOpen = false
    this.#backoff.end()
  }

  started(): void {
    this.#backoff.succeeded()
  }

  failedToStart(thread: Thread): void {
    this.#threads.delete(thread)
    this.#backoff.failed()
  }

  delete(thread: Thread): void {
    this.#threads.delete(thread)
  }

  /** Starts as many threads as `waiting` calls need, beside the free slots and those that are being started. */
  grow(waiting: number): void {
    while (this.#isOpen && this.#isShort(waiting) && this.#backoff.isOver) {
      this.#threads.add(new Thread(this.#home))
    }
  }

  /** An idle thread, the last used first so that the others may end; else the one with the most free slots. */
  withSlot(): Thread | undefined {
    let best: Thread | undefined
    for (const thread of this.#threads) {
      if (thread.hasFreeSlot && (best === undefined || isBetter(thread, best))) best = thread
    }
    return best
  }

  /** Idle threads above `minThreads`, longest idle first. */
  dispensable(): Thread[] {
    const idle = [...this.#threads].filter((one) => one.hasFreeSlot && one.calls.size === 0)
    idle.sort((one, other) => one.slots.idleSince - other.slots.idleSince)
    return idle.slice(0, Math.max(this.#threads.size - this.#home.settings.minThreads, 0))
  }

  #isShort(waiting: number): boolean {
    const { settings, line } = this.#home
    const { maxThreads, minThreads, tasksPerThread } = settings
    if (this.#threads.size >= maxThreads) return false
    if (this.#threads.size < minThreads) return true
    return waiting > line.freeSlots + this.#count('starting') * tasksPerThread
  }

  #count(wanted: Thread['state']): number {
    let count = 0
    for (const { state } of this.#threads) if (state === wanted) count++
    return count
  }
}

function isBetter(one: Thread, other: Thread): boolean {
  if (one.isOld !== other.isOld) return other.isOld
  const [{ running, idleSince }, than] = [one.slots, other.slots]
  return running < than.running || (running === than.running && idleSince > than.idleSince)
}
