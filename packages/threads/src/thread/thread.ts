import { decodeError, type Transferable } from '@conc/core'
import { findBodies, newIdTag, Resumption, ThreadRecords } from '@conc/core/internal'
import { Link } from '../between/link.js'
import type { ToParent, ToThread } from '../between/messages.js'
import { records } from '../between/records.js'
import { ringMemory } from '../between/ring.js'
import type { Attempt } from '../calls/attempt.js'
import { Inbox } from './inbox.js'
import { lossOf } from './loss.js'
import { Placement } from './placement.js'
import { SentCalls } from './sent-calls.js'
import type { ThreadHome } from './thread-home.js'
import { ThreadSlots } from './thread-slots.js'
import { type ThreadExit, ThreadWorker } from './thread-worker.js'

/** Threads that may be lost under a call that is next, before its body has begun, until the call is given up. */
const mostLosses = 3

/** One thread from its start to its end. */
export class Thread {
  readonly calls: SentCalls = new SentCalls()
  readonly slots: ThreadSlots
  readonly resumption: Resumption<Attempt>
  readonly placement: Placement
  readonly records: ThreadRecords = new ThreadRecords()
  state: 'starting' | 'ready' | 'ending' | 'gone' = 'starting'
  /** It is being ended because it has nothing to do. */
  isDismissed = false
  /** It was given as many calls as it may take. */
  isOld = false
  readonly #home: ThreadHome
  readonly #worker: ThreadWorker
  readonly #link: Link<ToParent, ToThread>
  readonly #stopFinding: () => void
  /** The task for which the thread is being ended. */
  #culprit: string | undefined

  constructor(home: ThreadHome) {
    this.#home = home
    this.slots = new ThreadSlots(() => home.changed(this))
    this.resumption = new Resumption(this.slots, home.line)
    const { name, tasksPerThread, modules, maxThreads, queueLimit } = home.settings
    const tag = newIdTag()
    this.#stopFinding = findBodies(tag, (id) => this.calls.bodyOf(id))
    const [out, back] = [ringMemory(), ringMemory()]
    this.#worker = new ThreadWorker(home.settings, {
      executor: name,
      tag,
      tasksPerThread,
      modules,
      memory: { in: out, out: back },
      claims: this.calls.claims,
      load: home.load,
      limits: { concurrency: maxThreads * tasksPerThread, queueLimit },
      logs: this.records.logs,
    })
    this.#link = new Link(this.#worker.port, { in: back, out }, new Inbox(this, home.nested))
    this.placement = new Placement(this, home, this.#link)
    void this.#live()
  }

  get threadId(): number {
    return this.#worker.threadId
  }

  get executor(): string {
    return this.#home.settings.name
  }

  get isAlive(): boolean {
    return this.state === 'ready' || this.state === 'ending'
  }

  /** Whether it still takes calls. */
  get isOpen(): boolean {
    return this.state === 'ready' && !this.isRetiring
  }

  /**
   * It takes nothing new because of its age. While bodies wait here for their nested calls it does: if every thread were
   * old and waited, those calls would find none.
   */
  get isRetiring(): boolean {
    return this.isOld && this.calls.size <= this.slots.running + this.calls.ahead.size
  }

  get hasFreeSlot(): boolean {
    return this.isOpen && this.slots.hasFree
  }

  /** Wakes the thread if it sleeps and something was sent: once for all calls of a turn. */
  flush(): void {
    this.#link.flush()
  }

  /** Ends the thread for an attempt that ignores its cancel, unless that body has ended after all. */
  endFor(attempt: Attempt): void {
    if (!this.calls.kill(attempt)) return
    this.#culprit = attempt.definition.name
    void this.terminate()
  }

  /** Ends the thread now. What has not begun goes back to the pool, the rest is lost. */
  async terminate(): Promise<void> {
    if (this.state === 'ready') {
      this.state = 'ending'
      this.#home.closing(this)
    }
    await this.#worker.terminate()
  }

  /** Ends the thread, which has nothing to do. */
  async dismiss(): Promise<void> {
    this.isDismissed = true
    await this.terminate()
  }

  /** The thread ends with its last body. */
  retire(): void {
    this.isOld = true
    this.#home.closing(this)
  }

  /** Resolves when the thread is gone. */
  get exited(): Promise<ThreadExit> {
    return this.#worker.exited
  }

  /** @throws what `postMessage` throws. */
  post(message: ToThread, transfer?: readonly Transferable[]): void {
    this.#link.post(message, transfer)
  }

  /** Posts, if there is still somebody to read it. */
  answer(message: ToThread, transfer?: readonly Transferable[]): void {
    if (this.isAlive) this.post(message, transfer)
  }

  /** The small result of a nested call. @returns whether it was that. */
  answerBriefly(nested: number, value: unknown): boolean {
    if (!this.isAlive || !records.nestedResult(this.#link, nested, value)) return false
    this.#link.flush()
    return true
  }

  async #live(): Promise<void> {
    try {
      const { failure } = await this.#worker.started
      if (failure) throw decodeError(failure)
    } catch (error) {
      this.state = 'gone'
      this.#stopFinding()
      this.#home.failedToStart(this, error)
      await this.terminate()
      // What its modules still said.
      this.#link.drain()
      this.#link.close()
      return
    }
    this.state = 'ready'
    this.#link.listen()
    this.#worker.port.unref()
    this.#home.ready(this)
    this.#end(await this.#worker.exited)
  }

  /** The thread is gone: first what it still said, then what it can no longer answer. */
  #end(exit: ThreadExit): void {
    this.#link.drain()
    this.#link.close()
    this.state = 'gone'
    this.#stopFinding()
    const attempts = this.calls.clear()
    const unbegun = new Set(attempts.filter((one) => this.#canGoElsewhere(one)))
    this.placement.clear()
    this.#home.gone(this, exit, attempts, unbegun)
    const loss = { ...exit, threadId: this.threadId, culprit: this.#culprit }
    for (const attempt of attempts) {
      if (!unbegun.has(attempt)) attempt.fail(lossOf(attempt, loss), 'infrastructure')
    }
  }

  #canGoElsewhere(attempt: Attempt): boolean {
    if (this.calls.hasStarted(attempt) || attempt.transfer?.length) return false
    if (attempt.call.cancellation.isCancelled) return false
    // Its arguments or its module may have been the end of the thread. What stood behind it has no part in that.
    if (attempt.holdsSlot) attempt.losses++
    return attempt.losses < mostLosses
  }
}
