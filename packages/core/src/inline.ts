import type { Capabilities, Executor, SubmitOptions, Work } from './executor.js'
import { executorName } from './internal/checks/executor-checks.js'
import { checkKeys, checkObject } from './internal/checks/option-checks.js'
import type { Entered } from './internal/line/entered.js'
import { LineExecutor } from './internal/line/line-executor.js'
import { capabilitiesHere } from './internal/running/capabilities.js'
import {
  failedHere,
  type Host,
  produceHere,
  runHere,
  runToldHere,
} from './internal/running/run-here.js'
import type { Producer } from './internal/running/stream-call.js'

/** Runs work on this event loop, all of it at once. */
class InlineExecutor extends LineExecutor {
  readonly #host: Host

  constructor(name: string, isAmbient: boolean) {
    super({ name, size: Number.POSITIVE_INFINITY })
    this.#host = { name, ambient: isAmbient ? this : undefined }
  }

  get capabilities(): Capabilities {
    return capabilitiesHere
  }

  override submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options?: SubmitOptions,
  ): Promise<Awaited<R>> {
    const direct = options === undefined ? this.submitDirect(work, args) : undefined
    return (direct as Promise<Awaited<R>> | undefined) ?? super.submit(work, args, options)
  }

  protected override run(entered: Entered): Promise<unknown> {
    return runHere(entered, this.#host)
  }

  protected override runTold(entered: Entered): unknown {
    return runToldHere(entered, this.#host)
  }

  protected override async produce<Y>(entered: Entered, ended: () => void): Promise<Producer<Y>> {
    return await produceHere<Y>(entered, this.#host, ended)
  }

  protected override failed({ call }: Entered, error: unknown): void {
    failedHere(call, error)
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
  checkObject('options', options)
  checkKeys('options', options, ['name'])
  return new InlineExecutor(executorName(options.name, 'inline'), true)
}

/** Where task calls go that nobody sent elsewhere. Never closed; leaves the ambient executor alone. */
export const here: Executor = new InlineExecutor('inline', false)
