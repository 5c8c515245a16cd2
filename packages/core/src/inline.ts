import { TaskInputError } from './errors/executor-error.js'
import type { Capabilities, Executor, SubmitOptions, Work } from './executor.js'
import { attemptNumber } from './internal/call.js'
import { currentFrame, type Frame } from './internal/frame.js'
import { type Entered, executorName, LineExecutor } from './internal/line-executor.js'
import { iteratorOf, LocalProducer } from './internal/local-producer.js'
import { runClosure, runTask, taskFrame, validated } from './internal/run-task.js'
import { RunningTask } from './internal/running-task.js'
import type { Producer } from './internal/task-stream.js'

const capabilities: Capabilities = Object.freeze({
  closures: true,
  streaming: true,
  durable: false,
  transfer: false,
  cancel: 'cooperative',
  delivery: 'at-most-once',
  values: 'identity',
  priority: false,
})

/** Runs work on this event loop, all of it at once. */
class InlineExecutor extends LineExecutor {
  readonly #isAmbient: boolean

  constructor(name: string, isAmbient: boolean) {
    super({ name, size: Number.POSITIVE_INFINITY })
    this.#isAmbient = isAmbient
  }

  get capabilities(): Capabilities {
    return capabilities
  }

  override submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options?: SubmitOptions,
  ): Promise<Awaited<R>> {
    const direct = options === undefined ? this.submitDirect(work, args) : undefined
    return (direct as Promise<Awaited<R>> | undefined) ?? super.submit(work, args, options)
  }

  protected override async run(entered: Entered): Promise<unknown> {
    const { call, work, args } = entered
    if (call.definition === undefined) return await runClosure(this.name, work, args)
    return await runTask(call.definition, args, this.#contextOf(entered), this.#around(entered))
  }

  protected override async produce<Y>(entered: Entered, ended: () => void): Promise<Producer<Y>> {
    const { call, work, args } = entered
    if (call.definition === undefined) {
      const made = await work(...(args as never[]))
      return new LocalProducer<Y>(iteratorOf(made, this.name), currentFrame(), ended)
    }
    const context = this.#contextOf(entered)
    const frame: Frame = taskFrame(context, this.#around(entered))
    const { definition } = call
    const valid = await validated(definition, args, context)
    return LocalProducer.ofTask<Y>(definition, valid, context, frame, ended)
  }

  /** The body runs right here: whatever it throws is its own, be it an error of another executor. */
  protected override blame(error: unknown): 'body' | 'infrastructure' {
    return error instanceof TaskInputError ? 'infrastructure' : 'body'
  }

  #contextOf({ call, attempt }: Entered): RunningTask {
    return new RunningTask({
      name: call.taskName ?? 'anonymous',
      executor: this.name,
      cancellation: call.cancellation,
      attempt: call.options[attemptNumber] ?? attempt,
      deadline: call.deadline,
      headers: call.headers,
      parent: call.parent,
      onProgress: call.progress,
    })
  }

  #around({ slot }: Entered): { executor: Executor | undefined; slot: Entered['slot'] } {
    return { executor: this.#isAmbient ? this : undefined, slot }
  }
}

/**
 * The executor that runs work here, on this event loop, without a limit. A nested call of a task comes back to it.
 *
 * @param options.name shown in errors and `currentTask().executor`; default `'inline'`.
 * @example
 * await using here = inline()
 * await here.submit((a: number, b: number) => a + b, [1, 2])      // 3
 */
export function inline(options: { name?: string } = {}): Executor {
  return new InlineExecutor(executorName(options.name, 'inline'), true)
}

/** Where task calls go that nobody sent elsewhere. Never closed; leaves the ambient executor alone. */
export const here: Executor = new InlineExecutor('inline', false)
