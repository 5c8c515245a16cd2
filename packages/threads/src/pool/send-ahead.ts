import { performance } from 'node:perf_hooks'
import type { Line } from '@conc/core/internal'
import { Attempt } from '../calls/attempt.js'
import type { Thread } from '../thread/thread.js'
import type { ThreadSet } from './thread-set.js'

/** So much work may be sent ahead to one thread: what goes wrong with a guess is over soon. */
const budgetMs = 1

/** And so many calls; one call alone may be longer. */
const mostCalls = 128
const longestMs = 4
const shortestMs = 0.001

/** Bodies as short as this are over before anybody could help. */
const shortMs = 0.05

/**
 * Sends calls to threads that are still busy, so that a thread need not stand still while its answer and the next call
 * travel. Only as many as take about a millisecond, by the pace of late, or one: long tasks are never sent ahead. What was sent
 * can be taken back until its body has begun, and is when a slot is free elsewhere, when something more important comes,
 * or when the thread takes longer than expected.
 */
export class SendAhead {
  readonly #line: Line
  readonly #threads: ThreadSet
  readonly #mostTaken: number
  #lookedAt = 0
  #isHelping = false
  /** Of its logarithm, so that one task which was long, or not let near a core, does not count for a thousand short ones. */
  #pace: number | undefined

  /** @param mostTaken calls that one thread may be given. */
  constructor(line: Line, threads: ThreadSet, mostTaken: number) {
    this.#line = line
    this.#threads = threads
    this.#mostTaken = mostTaken
  }

  /** Calls that were sent and have no slot yet: they wait, though not in the line. */
  get count(): number {
    let count = 0
    for (const thread of this.#threads) count += thread.calls.ahead.size
    return count
  }

  /** A body held its slot for so long. */
  ran(ms: number): void {
    const pace = Math.log(Math.max(ms, shortestMs))
    this.#pace = this.#pace === undefined ? pace : (this.#pace * 7 + pace) / 8
  }

  /** Keeps busy threads supplied, each in one message: when half of what it had ahead is used up. */
  balance(): void {
    this.#takeBackStuck()
    const depth = this.#depth
    if (depth === 0 || this.#line.hasRoom || this.#line.waiting === 0) return
    for (const thread of this.#threads) this.#fill(thread, depth)
  }

  /**
   * Has a thread supplied that has just used up one of its calls: not later, as whoever takes in its answers is busy with
   * that as long as there are some.
   */
  refill(thread: Thread): void {
    if (this.#line.waiting === 0 || this.#line.hasRoom) return
    this.#fill(thread, this.#depth)
    thread.flush()
  }

  #fill(thread: Thread, depth: number): void {
    const { calls, placement, isOpen, resumption } = thread
    if (!isOpen || resumption.isWaiting || calls.ahead.size > depth / 2) return
    const wanted = Math.min(this.#evenShare, depth) - calls.ahead.size
    const count = Math.min(wanted, this.#mostTaken - placement.taken, calls.exactRoom)
    if (count > 0) this.#send(thread, count)
  }

  get #paceMs(): number {
    return this.#pace === undefined ? Number.POSITIVE_INFINITY : Math.exp(this.#pace)
  }

  get #depth(): number {
    if (this.#paceMs > budgetMs) return this.#paceMs < longestMs ? 1 : 0
    return Math.min(Math.floor(budgetMs / this.#paceMs), mostCalls)
  }

  /** Puts everything that has not begun back to the front of the line, in its order. */
  takeBackAll(): void {
    for (const thread of this.#threads) this.takeBack(thread)
  }

  takeBack(thread: Thread): void {
    if (thread.calls.ahead.size === 0) return
    for (const attempt of thread.placement.reclaim().reverse()) attempt.joinFront(this.#line)
  }

  #takeBackStuck(): void {
    const now = performance.now()
    const patienceMs = Math.max(budgetMs, 2 * this.#paceMs)
    if (now - this.#lookedAt > budgetMs) {
      this.#lookedAt = now
      for (const thread of this.#threads) {
        if (thread.calls.ahead.size > 0 && now - thread.slots.lastStart > patienceMs)
          this.takeBack(thread)
      }
    }
    if (this.#isOneSided) this.#helpSoon()
  }

  /** A slot is free while calls stand behind a body elsewhere. */
  get #isOneSided(): boolean {
    return this.#line.hasRoom && this.#line.waiting === 0 && this.count > 0
  }

  /** Not at once: most often the next call comes in the same turn, or the other thread is done by then. */
  #helpSoon(): void {
    if (this.#isHelping) return
    this.#isHelping = true
    // To look after each turn would be a good part of what the shortest calls cost.
    if (this.#paceMs < shortMs) setTimeout(this.#help, budgetMs).unref()
    else setImmediate(this.#help)
  }

  readonly #help = (): void => {
    this.#isHelping = false
    if (this.#isOneSided) this.#takeBackMost()
  }

  #takeBackMost(): void {
    let most: Thread | undefined
    for (const thread of this.#threads) {
      if (thread.calls.ahead.size > (most?.calls.ahead.size ?? 0)) most = thread
    }
    if (most) this.takeBack(most)
  }

  /** What waits is shared out evenly, or the last thread would have nothing to do. */
  get #evenShare(): number {
    return Math.ceil((this.#line.waiting + this.count) / this.#threads.size)
  }

  #send(thread: Thread, count: number): void {
    for (let sent = 0; sent < count; sent++) {
      const next = this.#line.first
      if (!(next instanceof Attempt) || !next.isPatient) break
      this.#line.leave(next)
      thread.placement.takeAhead(next)
    }
    if (thread.placement.taken >= this.#mostTaken) thread.retire()
  }
}
