import type {
  ConformanceOptions,
  ExecutorSetup,
  PromiseNumber,
} from '../../../src/conformance/index.js'
import type { Capabilities, StreamWork, SubmitOptions, Work } from '../../../src/executor.js'
import {
  checkSubmitOptions,
  checkWork,
  type Entered,
  failedHere,
  LineExecutor,
  type Producer,
  produceHere,
  runHere,
} from '../../../src/internal/index.js'

/** One call on its way into an executor. */
export interface Submitted {
  readonly work: unknown
  readonly args: readonly unknown[]
  readonly options: SubmitOptions
}

type Pass = (options?: SubmitOptions) => Promise<unknown>
type PassStream = (options?: SubmitOptions) => AsyncGenerator<unknown, void, undefined>

/** A bounded executor in this process that keeps every promise; each broken one changes one thing about it. */
export class PlainExecutor extends LineExecutor {
  constructor({ concurrency, queueLimit }: ExecutorSetup, name = 'plain') {
    super({ name, size: concurrency, queueLimit })
  }

  get capabilities(): Capabilities {
    return {
      closures: true,
      streaming: true,
      durable: false,
      transfer: false,
      cancel: 'cooperative',
      delivery: 'at-most-once',
      values: 'identity',
      priority: true,
    }
  }

  override submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options: SubmitOptions = {},
  ): Promise<Awaited<R>> {
    // Before whatever goes wrong: wrong arguments throw at once here.
    checkWork(work)
    checkSubmitOptions(options)
    const pass: Pass = (changed = options) => super.submit(work, args, changed)
    return this.intercept(pass, { work, args, options }) as Promise<Awaited<R>>
  }

  override stream<A extends readonly unknown[], Y>(
    work: StreamWork<A, Y>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, void, undefined> {
    const pass: PassStream = (changed = options) => super.stream(work, args, changed)
    return this.interceptStream(pass, { work, args, options }) as AsyncGenerator<Y>
  }

  protected intercept(pass: Pass, _call: Submitted): Promise<unknown> {
    return pass()
  }

  protected interceptStream(pass: PassStream, _call: Submitted): ReturnType<PassStream> {
    return pass()
  }

  protected override async run(entered: Entered): Promise<unknown> {
    return await runHere(entered, { name: this.name, ambient: this })
  }

  protected override failed({ call }: Entered, error: unknown): void {
    failedHere(call, error)
  }

  protected override async produce<Y>(entered: Entered, ended: () => void): Promise<Producer<Y>> {
    return await produceHere<Y>(entered, { name: this.name, ambient: this }, ended)
  }
}

/** An executor that breaks its promises, with what the kit has to find. */
export interface BrokenExecutor {
  /** Completes "is found out when it …". */
  readonly what: string
  readonly Executor: new (setup: ExecutorSetup) => PlainExecutor
  readonly options?: ConformanceOptions
  /** Further promises that go with the one it is about. */
  readonly alsoBreaks?: readonly PromiseNumber[]
  /** Checks that have to fail, by the beginning of their titles, and what they say. */
  readonly fails: Readonly<Record<string, RegExp>>
}
