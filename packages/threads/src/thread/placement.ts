import { performance } from 'node:perf_hooks'
import { encodeError } from '@conc/core'
import type { Resumption } from '@conc/core/internal'
import type { Link } from '../between/link.js'
import { type ToParent, type ToThread, toThread } from '../between/messages.js'
import type { Attempt } from '../calls/attempt.js'
import { CallSender } from './call-sender.js'
import { Grace } from './grace.js'
import type { SentCalls } from './sent-calls.js'
import type { Thread } from './thread.js'
import type { ThreadHome } from './thread-home.js'
import type { ThreadSlots } from './thread-slots.js'

/** Puts attempts on one thread and takes them off again, and with them the slots. */
export class Placement {
  /** Calls the thread was given. */
  taken = 0
  readonly #thread: Thread
  readonly #home: ThreadHome
  readonly #link: Link<ToParent, ToThread>
  readonly #calls: SentCalls
  readonly #slots: ThreadSlots
  readonly #resumption: Resumption<Attempt>
  readonly #grace: Grace
  readonly #sender: CallSender

  constructor(thread: Thread, home: ThreadHome, link: Link<ToParent, ToThread>) {
    this.#thread = thread
    this.#home = home
    this.#link = link
    this.#calls = thread.calls
    this.#slots = thread.slots
    this.#resumption = thread.resumption
    this.#grace = new Grace(thread, home)
    this.#sender = new CallSender(link, (attempt, error) => {
      this.#forget(attempt)
      attempt.fail(error, 'infrastructure')
    })
  }

  /** Sends an attempt here, which holds a slot of this thread from now on. Certain to arrive with the next `flush()`. */
  take(attempt: Attempt): void {
    this.#start(attempt, performance.now())
    this.#send(attempt)
  }

  /** Sends an attempt that will have the next free slot of this thread, should it not be taken back before; `flush()`. */
  takeAhead(attempt: Attempt): void {
    this.#calls.ahead.append(attempt)
    this.#send(attempt)
  }

  /** Gives a slot that just got free to the next attempt that was sent ahead. @returns whether there was one. */
  promote(now: number): boolean {
    const attempt = this.#calls.ahead.head as Attempt | undefined
    if (attempt === undefined) return false
    this.#calls.ahead.remove(attempt)
    this.#start(attempt, now)
    return true
  }

  /** Takes back what was sent ahead and has not been taken up. */
  reclaim(): Attempt[] {
    return ([...this.#calls.ahead] as Attempt[]).filter((attempt) => this.#withdraw(attempt))
  }

  /** The slot under an attempt goes back to the pool. */
  drop(attempt: Attempt): void {
    if (!attempt.holdsSlot) return
    const now = performance.now()
    this.#slots.giveBack(attempt, now)
    this.#home.released(this.#thread, attempt, now)
  }

  /** The slot under one attempt goes to another one. */
  handOver(from: Attempt, to: Attempt): void {
    const now = performance.now()
    this.#slots.giveBack(from, now)
    this.#slots.take(to, now)
    this.#home.used(from, now)
  }

  /** The body of a call is over here. @returns the attempt, if it still waited for that. */
  answered(id: number): Attempt | undefined {
    const attempt = this.#calls.get(id)
    if (attempt) this.#forget(attempt)
    return attempt
  }

  cancel(attempt: Attempt, reason: unknown): void {
    if (!this.#thread.isAlive) return
    if (this.#withdraw(attempt)) {
      attempt.fail(reason, 'infrastructure')
      return
    }
    this.#link.post([toThread.cancel, attempt.id, encodeError(reason)])
    this.#calls.abort(attempt)
    this.#grace.begin(attempt)
  }

  /** From now on the body has begun or never will. @returns whether the thread has nothing to do with it any more. */
  decide(attempt: Attempt): boolean {
    if (!this.#thread.isAlive) return false
    if (this.#withdraw(attempt)) return true
    this.#calls.refuse(attempt)
    return false
  }

  /** It has answered a ping. */
  pong(): void {
    this.#grace.pong()
  }

  /** The thread is gone. */
  clear(): void {
    this.#resumption.clear()
    this.#grace.clear()
  }

  #start(attempt: Attempt, now: number): void {
    this.#slots.take(attempt, now)
    attempt.startedAt = now
  }

  #send(attempt: Attempt): void {
    this.taken++
    attempt.thread = this.#thread
    attempt.state = 'placed'
    this.#calls.add(attempt)
    this.#sender.send(attempt)
  }

  #withdraw(attempt: Attempt): boolean {
    if (!this.#calls.withdraw(attempt)) return false
    this.taken--
    this.#leaves(attempt)
    return true
  }

  /** The attempt has no body here any more. */
  #forget(attempt: Attempt): void {
    this.#calls.delete(attempt)
    this.#leaves(attempt)
  }

  #leaves(attempt: Attempt): void {
    this.#grace.end(attempt)
    this.#resumption.forget(attempt)
    if (attempt.holdsSlot) this.drop(attempt)
    else this.#home.changed(this.#thread)
  }
}
