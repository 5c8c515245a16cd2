import { type AttemptRules, runAttempts } from '../calls/attempts.js'
import { Call } from '../calls/call.js'
import { endNow } from '../calls/forwarded-options.js'
import type { ToldCall } from '../calls/told-call.js'
import type { Producer } from '../running/stream-call.js'
import type { AcceptedWork } from './accepted-work.js'
import { Beginnings } from './beginnings.js'
import type { Entered } from './entered.js'
import { Slot } from './slot.js'
import type { Turn } from './turn.js'

/** What one executor says of its calls. */
export interface LineCallsHost {
  /** Runs one attempt; settles when the body has really ended. */
  run(entered: Entered): Promise<unknown>
  /** `run` for a call that was told; where no promise comes of it, the body has ended. May throw. */
  runTold(entered: Entered): unknown
  /** One of these has failed. */
  failed(entered: Entered, error: unknown): void
  /** Starts one stream; `ended` is to be called once, when the body is over. */
  produce<Y>(entered: Entered, ended: () => void): Promise<Producer<Y>>
  priorityOf(call: Call): number
  /** Whether another attempt may follow the first. */
  isRepeated(call: Call): boolean
  rulesOf(call: Call): AttemptRules
}

/** Accepted calls on their way: each attempt waits for its turn in the line, and holds a slot until its body is over. */
export class LineCalls {
  readonly #work: AcceptedWork
  readonly #host: LineCallsHost
  readonly #giveBack = (): void => this.#work.line.release()
  readonly #beginnings: Beginnings

  constructor(work: AcceptedWork, host: LineCallsHost) {
    this.#work = work
    this.#host = host
    this.#beginnings = new Beginnings({
      run: (entered) => host.runTold(entered),
      failed: (entered, error) => host.failed(entered, error),
      over: (call) => this.over(call),
    })
  }

  /** Makes the attempts of a call and settles it. */
  async perform(call: Call, work: Entered['work'], args: readonly unknown[]): Promise<void> {
    this.#work.add(call)
    // Each promise of a call costs all calls: the usual one attempt has none of its own.
    let entered: Entered | undefined
    try {
      if (this.#host.isRepeated(call)) {
        call.resolve(await this.#repeat(call, work, args))
        return
      }
      const turn = this.#stand(call)
      await turn.came
      entered = { call, work, args, attempt: 1, slot: turn.take() }
      const result = await this.#host.run(entered)
      entered.slot.end()
      call.resolve(result)
    } catch (error) {
      if (entered !== undefined) this.#failed(entered, error)
      call.reject(error)
    } finally {
      this.over(call)
    }
  }

  /** Takes a call that a free slot is enough for; `undefined` where there is none. @param executor names it. */
  startTold({ work, args, options, frame, end }: ToldCall, executor: string): Call | undefined {
    const { line } = this.#work
    if (!line.tryEnter()) return undefined
    const call = new Call(executor, work, options, end, frame)
    this.#work.add(call)
    const slot = new Slot(line, this.#giveBack)
    this.#beginnings.add({ call, work, args, attempt: 1, slot, frame })
    return call
  }

  /** Starts one attempt of a stream; the call is settled by its consumer. */
  async openStream<Y>(
    call: Call,
    work: Entered['work'],
    args: readonly unknown[],
    attempt: number,
  ): Promise<Producer<Y>> {
    const turn = this.#stand(call)
    await turn.came
    const slot = turn.take()
    try {
      return await this.#host.produce<Y>({ call, work, args, attempt, slot }, () => slot.end())
    } catch (error) {
      slot.end()
      throw error
    }
  }

  /** There is no body of the call, and will be none. */
  over(call: Call): void {
    call.cancellation.end()
    endNow(call.options)
    this.#work.delete(call)
  }

  #repeat(call: Call, work: Entered['work'], args: readonly unknown[]): Promise<unknown> {
    const rules = this.#host.rulesOf(call)
    return runAttempts(rules, (attempt) => this.#attempt(call, work, args, attempt))
  }

  async #attempt(
    call: Call,
    work: Entered['work'],
    args: readonly unknown[],
    attempt: number,
  ): Promise<unknown> {
    const turn = this.#stand(call)
    await turn.came
    const entered: Entered = { call, work, args, attempt, slot: turn.take() }
    try {
      const result = await this.#host.run(entered)
      entered.slot.end()
      return result
    } catch (error) {
      this.#failed(entered, error)
      throw error
    }
  }

  #failed(entered: Entered, error: unknown): void {
    entered.slot.end()
    this.#host.failed(entered, error)
  }

  #stand(call: Call): Turn {
    return this.#work.stand(call, this.#host.priorityOf(call))
  }
}
