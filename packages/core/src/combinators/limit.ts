import type { Capabilities, Executor } from '../executor.js'
import { checkExecutor, executorName } from '../internal/checks/executor-checks.js'
import { checkCount, checkKeys, checkLimit, checkObject } from '../internal/checks/option-checks.js'
import type { Entered } from '../internal/line/entered.js'
import type { Producer } from '../internal/running/stream-call.js'
import { ForwardingExecutor } from './forwarding-executor.js'

/** Options of `limit`. */
export interface LimitOptions {
  /** Default `limit(<name of the executor>)`. */
  readonly name?: string
  /** Calls that may wait here. Default Infinity. */
  readonly queueLimit?: number
}

class LimitExecutor extends ForwardingExecutor {
  readonly #inner: Executor

  constructor(inner: Executor, size: number, options: LimitOptions) {
    super({
      size,
      name: executorName(options.name, `limit(${inner.name})`),
      ...queueLimitOf(options),
    })
    this.#inner = inner
  }

  get capabilities(): Capabilities {
    return this.#inner.capabilities
  }

  protected override run(entered: Entered): Promise<unknown> {
    return this.submitTo(this.#inner, entered)
  }

  protected override async produce<Y>(entered: Entered, ended: () => void): Promise<Producer<Y>> {
    return this.streamFrom<Y>(this.#inner, entered, ended)
  }
}

/**
 * `executor` with at most `size` calls on it at a time; the others wait here, first in, first out.
 * Closing it leaves `executor` open.
 *
 * @throws {InvalidOptionError} `size` is no positive integer or Infinity.
 * @example
 * const gentle = limit(session, 4)
 * await Promise.all(urls.map((url) => gentle.submit(crawl, [url])))
 */
export function limit(executor: Executor, size: number, options: LimitOptions = {}): Executor {
  checkExecutor('executor', executor)
  checkLimit('size', size)
  checkObject('options', options)
  checkKeys('options', options, ['name', 'queueLimit'])
  if (options.queueLimit !== undefined) checkCount('queueLimit', options.queueLimit)
  return new LimitExecutor(executor, size, options)
}

function queueLimitOf({ queueLimit }: LimitOptions): { queueLimit?: number } {
  return queueLimit === undefined ? {} : { queueLimit }
}
