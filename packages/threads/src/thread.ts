import { decodeError, encodeError, type Transferable } from '@conc/core'
import { type Line, Resumption, Roster } from '@conc/core/internal'
import type { Attempt } from './attempt.js'
import { Link } from './between/link.js'
import { ringMemory } from './between/ring.js'
import { CallSender } from './call-sender.js'
import { CallTable } from './call-table.js'
import { byId, ClaimCells } from './claim-table.js'
import { Grace } from './grace.js'
import { type ToParent, type ToThread, toParent, toThread } from './messages.js'
import type { NestedCalls } from './nested-calls.js'
import { lossOf } from './thread-loss.js'
import type { ThreadSettings } from './thread-options.js'
import { type ThreadExit, ThreadWorker } from './worker.js'

/** What a thread tells its pool. */
export interface ThreadHome {
  readonly settings: ThreadSettings
  readonly nested: NestedCalls
  readonly line: Line
  /** Memory of the pool's load, which calls made in the thread read. */
  readonly load: SharedArrayBuffer
  ready(thread: Thread): void
  /** It has never worked. */
  failedToStart(thread: Thread, cause: unknown): void
  /** It takes nothing new from now on. */
  closing(thread: Thread): void
  /** It is gone with the attempts that were on it; those that have not begun are to be placed again. */
  gone(
    thread: Thread,
    exit: ThreadExit,
    attempts: readonly Attempt[],
    unbegun: ReadonlySet<Attempt>,
  ): void
  /** A body gave its slot up. */
  released(thread: Thread, attempt: Attempt, now: number): void
  /** A body ignores its cancel, and its thread cannot be ended for the sake of others. */
  stuck(thread: Thread, attempt: Attempt): void
}

/** Threads that may be lost under a call before its body has begun, until the call is given up. */
const mostLosses = 3

/** One thread from its start to its end: the calls on it, and the slots under them. */
export class Thread {
  readonly calls: CallTable<Attempt> = new CallTable()
  /** Calls that were sent before there is a slot: the thread takes the next one up without asking. */
  readonly ahead: Roster = new Roster()
  readonly resumption: Resumption<Attempt>
  state: 'starting' | 'ready' | 'ending' | 'gone' = 'starting'
  /** Why it will end, where that was decided: its idleness or its age. */
  isRetiring = false
  isDismissed = false
  /** Slots it has put into the pool's line, and those in use. */
  capacity = 0
  running = 0
  /** Calls it was given, and when it last had one. */
  taken = 0
  idleSince: number = performance.now()
  lastStart = 0
  readonly #home: ThreadHome
  readonly #worker: ThreadWorker
  readonly #link: Link<ToParent, ToThread>
  readonly #cells = new ClaimCells()
  readonly #grace: Grace
  readonly #sender: CallSender
  /** The task for which the thread is being ended. */
  #culprit: string | undefined

  constructor(home: ThreadHome) {
    this.#home = home
    this.resumption = new Resumption(this, home.line)
    this.#grace = new Grace(this, home)
    const memory = { toThread: ringMemory(), toParent: ringMemory() }
    const { name, tasksPerThread, modules, maxThreads, queueLimit } = home.settings
    this.#worker = new ThreadWorker(home.settings, {
      executor: name,
      tasksPerThread,
      modules,
      link: memory,
      claims: this.#cells.table.buffer,
      load: home.load,
      limits: { concurrency: maxThreads * tasksPerThread, queueLimit },
    })
    this.#link = new Link(this.#worker.port, memory.toThread, memory.toParent, {
      record: ({ a, values }) => this.#succeeded(a, values[0], undefined),
      message: (message) => this.#receive(message),
    })
    this.#sender = new CallSender(this.#link, (attempt, error) => this.#refuse(attempt, error))
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

  get hasFreeSlot(): boolean {
    return this.isOpen && this.running < this.capacity
  }

  hasStarted({ id }: Attempt): boolean {
    return this.#cells.table.isStarted(id)
  }

  /** Calls that can be taken back exactly if they are sent ahead. */
  get exactRoom(): number {
    return this.#cells.free
  }

  /** Sends an attempt here, which holds a slot of this thread from now on. */
  take(attempt: Attempt): void {
    this.resume(attempt)
    attempt.startedAt = attempt.slotSince
    this.#admit(attempt)
    this.#sender.send(attempt)
  }

  /** Sends attempts that will have the next free slots of this thread, should they not be taken back before. */
  takeAhead(attempts: readonly Attempt[]): void {
    for (const attempt of attempts) {
      this.ahead.append(attempt)
      this.#admit(attempt)
      this.#sender.send(attempt)
    }
  }

  /** Gives a slot that just got free to the next attempt that was sent ahead. @returns whether there was one. */
  promote(now: number): boolean {
    const attempt = this.ahead.head as Attempt | undefined
    if (attempt === undefined) return false
    this.ahead.remove(attempt)
    this.resume(attempt, now)
    attempt.startedAt = now
    return true
  }

  /** Takes back what was sent ahead and has not been taken up. */
  reclaim(): Attempt[] {
    return ([...this.ahead] as Attempt[]).filter((attempt) => this.#withdraw(attempt))
  }

  /** A body that waited for its nested calls has a slot again. */
  resume(attempt: Attempt, now: number = performance.now()): void {
    this.running++
    attempt.holdsSlot = true
    attempt.slotSince = this.lastStart = now
  }

  /** The slot under an attempt goes back to the pool. */
  drop(attempt: Attempt): void {
    if (!attempt.holdsSlot) return
    attempt.holdsSlot = false
    this.running--
    const now = performance.now()
    this.idleSince = now
    this.#home.released(this, attempt, now)
  }

  cancel(attempt: Attempt, reason: unknown): void {
    if (this.state !== 'ready' && this.state !== 'ending') return
    if (this.#withdraw(attempt)) {
      attempt.fail(reason, 'infrastructure')
      return
    }
    this.post([toThread.cancel, attempt.id, encodeError(reason)])
    this.#cells.table.abort(attempt.id)
    this.#grace.begin(attempt)
  }

  /** Ends the thread for an attempt that ignores its cancel, unless that body has ended after all. */
  endFor(attempt: Attempt): void {
    if (!this.#cells.table.kill(attempt.id)) return
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

  /** The thread ends with its last body and takes nothing new until then. */
  retire(): void {
    this.isRetiring = true
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

  #admit(attempt: Attempt): void {
    this.taken++
    attempt.thread = this
    attempt.state = 'placed'
    attempt.id = this.#cells.take()
    this.calls.add(attempt)
  }

  #refuse(attempt: Attempt, error: unknown): void {
    this.#forget(attempt)
    attempt.fail(error, 'infrastructure')
  }

  #withdraw(attempt: Attempt): boolean {
    if (!this.#cells.table.withdraw(attempt.id)) return false
    this.taken--
    this.#forget(attempt)
    return true
  }

  /** The attempt has no body here any more. */
  #forget(attempt: Attempt): void {
    this.calls.delete(attempt)
    if (attempt.list === this.ahead) this.ahead.remove(attempt)
    this.#cells.giveBack(attempt.id)
    this.#grace.end(attempt)
    this.resumption.forget(attempt)
    this.drop(attempt)
  }

  async #live(): Promise<void> {
    try {
      const { failure } = await this.#worker.started
      if (failure) throw decodeError(failure)
    } catch (error) {
      this.state = 'gone'
      this.#home.failedToStart(this, error)
      await this.terminate()
      this.#worker.port.close()
      return
    }
    this.state = 'ready'
    this.#link.listen()
    this.#worker.port.unref()
    this.#home.ready(this)
    this.#leave(await this.#worker.exited)
  }

  #receive(message: ToParent): void {
    switch (message[0]) {
      case toParent.result:
        this.#succeeded(message[1], message[2], message[3])
        break
      case toParent.failure: {
        const attempt = this.#answered(message[1])
        attempt?.fail(decodeError(message[2]), message[3])
        break
      }
      case toParent.started:
        this.#started(message[1])
        break
      case toParent.progress:
        this.calls.get(message[1])?.call.progress?.(message[2])
        break
      case toParent.nestedCall:
        this.#home.nested.call(this, message[1], this.calls.get(message[2]), message[3])
        break
      case toParent.nestedCancel:
        this.#home.nested.cancel(this, message[1], decodeError(message[2]))
        break
      case toParent.nestedReady:
        this.#home.nested.ready(this, message[1])
        break
      case toParent.waitBegun:
        this.#home.nested.waitBegun(this, this.calls.get(message[1]))
        break
      case toParent.waitOver:
        this.#home.nested.waitOver(this, message[1], this.calls.get(message[2]))
        break
      case toParent.pong:
        this.#grace.pong()
        break
    }
  }

  #started(id: number): void {
    const attempt = this.calls.get(id)
    if (attempt) attempt.call.isStarted = true
  }

  #succeeded(id: number, value: unknown, moved: readonly Transferable[] | undefined): void {
    const attempt = this.#answered(id)
    if (attempt === undefined) return
    attempt.moved = moved
    attempt.succeed(value)
  }

  #answered(id: number): Attempt | undefined {
    const attempt = this.calls.get(id)
    if (attempt) this.#forget(attempt)
    return attempt
  }

  /** The thread is gone: first what it still said, then what it can no longer answer. */
  #leave(exit: ThreadExit): void {
    this.#link.drain()
    this.#link.close()
    this.state = 'gone'
    const attempts = [...this.calls].sort((one, other) => byId(one.id, other.id))
    const unbegun = new Set(attempts.filter((one) => this.#canGoElsewhere(one)))
    this.calls.clear()
    for (const attempt of this.ahead) this.ahead.remove(attempt)
    this.resumption.clear()
    this.#grace.clear()
    this.#home.gone(this, exit, attempts, unbegun)
    const loss = { ...exit, threadId: this.threadId, culprit: this.#culprit }
    for (const attempt of attempts) {
      if (!unbegun.has(attempt)) attempt.fail(lossOf(attempt, loss), 'infrastructure')
    }
  }

  #canGoElsewhere(attempt: Attempt): boolean {
    if (this.hasStarted(attempt) || attempt.transfer?.length) return false
    return ++attempt.losses < mostLosses
  }
}
