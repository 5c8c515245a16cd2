import type { Capabilities, Executor, Load } from '../executor.js'
import { checkExecutor, executorName } from '../internal/checks/executor-checks.js'
import { checkKeys, checkObject, checkRetry } from '../internal/checks/option-checks.js'
import type { Entered } from '../internal/line/entered.js'
import type { Producer } from '../internal/running/stream-call.js'
import type { RetryPolicy } from '../retry-policy.js'
import { ForwardingExecutor } from './forwarding-executor.js'

class RetryExecutor extends ForwardingExecutor {
  readonly #inner: Executor
  readonly #policy: RetryPolicy

  constructor(inner: Executor, policy: RetryPolicy, name: string) {
    super({ size: Number.POSITIVE_INFINITY, name })
    this.#inner = inner
    this.#policy = policy
  }

  get capabilities(): Capabilities {
    return this.#inner.capabilities
  }

  override get load(): Load {
    return this.#inner.load
  }

  override ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.whileOpen(options, (signal) => this.#inner.ready({ signal }))
  }

  protected override get defaultRetry(): RetryPolicy {
    return this.#policy
  }

  protected override run(entered: Entered): Promise<unknown> {
    return this.submitTo(this.#inner, entered)
  }

  protected override async produce<Y>(entered: Entered, ended: () => void): Promise<Producer<Y>> {
    return this.streamFrom<Y>(this.#inner, entered, ended)
  }
}

/**
 * `executor` with `policy` for each call that does not bring its own, nor its task. Each attempt is a submit of
 * its own, so over `balance` it may go elsewhere; a stream is begun again only before its first item. Closing it leaves
 * `executor` open.
 *
 * @example
 * const steady = retry(session, { times: 3, delayMs: 100, factor: 2, jitter: true })
 */
export function retry(
  executor: Executor,
  policy: RetryPolicy,
  options: { name?: string } = {},
): Executor {
  checkExecutor('executor', executor)
  checkRetry('policy', policy)
  checkObject('options', options)
  checkKeys('options', options, ['name'])
  return new RetryExecutor(executor, policy, executorName(options.name, `retry(${executor.name})`))
}
