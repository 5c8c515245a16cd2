import { setImmediate } from 'node:timers/promises'
import type { Executor } from '../executor.js'
import type { CreateExecutor, ExecutorSetup } from './executor-setup.js'
import { Expectations, within } from './expectations.js'
import { Gate } from './gate.js'
import { HeldCall, type HoldOptions } from './held-call.js'
import { kitModules } from './kit-modules.js'
import { BrokenPromiseError, type PromiseNumber } from './promises.js'
import type { Subject } from './subject.js'
import { echo } from './tasks.js'
import { UnhandledRejections } from './unhandled-rejections.js'

/** How many turns of the event loop wrong behaviour gets to show itself. */
const quietTurns = 12

/** What one check works with: executors to try, the gate, and the means to say what broke. */
export class Harness extends Expectations {
  readonly subject: Subject
  readonly gate: Gate
  readonly #opened: Executor[] = []
  readonly #unhandled = new UnhandledRejections()

  private constructor(promise: PromiseNumber, subject: Subject, gate: Gate) {
    super(promise, subject.guardMs)
    this.subject = subject
    this.gate = gate
  }

  static async open(promise: PromiseNumber, subject: Subject): Promise<Harness> {
    return new Harness(promise, subject, await Gate.open())
  }

  /** A timeout that runs out in a check; see `outOfTime` for bodies that have to begin before. */
  get shortMs(): number {
    return this.subject.shortTimeoutMs
  }

  /** Whether bodies learn of a cancel. */
  get tellsBodies(): boolean {
    return this.subject.capabilities.cancel !== 'waiting'
  }

  /** Whether bodies run in this process. */
  get isHere(): boolean {
    return this.subject.capabilities.values === 'identity'
  }

  /** A fresh executor; closed at the end of the check. */
  async open(setup: Partial<ExecutorSetup> = {}): Promise<Executor> {
    return await this.openWith(this.subject.create, setup)
  }

  async openWith(create: CreateExecutor, setup: Partial<ExecutorSetup> = {}): Promise<Executor> {
    const made = create({
      concurrency: 2,
      queueLimit: Number.POSITIVE_INFINITY,
      graceMs: 30_000,
      modules: [...kitModules, ...this.subject.modules],
      ...setup,
    })
    const executor = await this.fulfils(Promise.resolve(made), 'making the executor')
    this.#opened.push(executor)
    return executor
  }

  /** Runs a call through: what has to be started for it is there afterwards, what was submitted before is past. */
  async passThrough(executor: Executor): Promise<void> {
    const value = await this.fulfils(
      this.call(() => executor.submit(echo, ['through']), 'submit'),
      'a call that returns its argument',
    )
    this.same(value, 'through', 'a call that returns its argument')
  }

  hold(executor: Executor, id: string, options?: HoldOptions): HeldCall {
    return new HeldCall(this, executor, id, options)
  }

  /** Several, submitted in this order. */
  holdAll(executor: Executor, ids: readonly string[], options?: HoldOptions): HeldCall[] {
    return ids.map((id) => this.hold(executor, id, options))
  }

  /**
   * Gives what must not happen a chance to happen: turns of this event loop, and round trips to the bodies that run.
   * Whatever keeps its promises passes however short or long this is.
   */
  async quiet(): Promise<void> {
    for (let turn = 0; turn < quietTurns; turn++) {
      await setImmediate()
      await within(this.guardMs, this.gate.ping())
    }
  }

  /** Lets everything go, closes what was opened, and looks for rejections that nobody handled. */
  async end(hasFailed: boolean): Promise<void> {
    this.gate.releaseAll()
    const closings = this.#opened.map((executor) => this.#close(executor))
    const areClosed = (await Promise.all(closings)).every((isClosed) => isClosed)
    await setImmediate()
    await this.gate.close()
    const unhandled = this.#unhandled.stop()
    if (hasFailed) return
    if (!areClosed) {
      const what = `close({ pending: 'reject' }) never settled within ${this.guardMs} ms, after a check that passed.`
      throw new BrokenPromiseError(11, what)
    }
    if (unhandled.length > 0) throw unhandledFailure(unhandled)
  }

  async #close(executor: Executor): Promise<boolean> {
    const closed = (async () => {
      await executor.close({ pending: 'reject' })
      return true
    })()
    closed.catch(() => {})
    const isClosed = await within(
      this.guardMs,
      closed.catch(() => false),
    )
    return isClosed ?? false
  }
}

function unhandledFailure(reasons: readonly unknown[]): BrokenPromiseError {
  const [first] = reasons
  return new BrokenPromiseError(1, `an unhandled rejection was left behind: ${String(first)}`, {
    cause: first,
  })
}
