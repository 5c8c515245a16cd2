import type { Capabilities, Executor, SubmitOptions, Work } from '../executor.js'
import { checkExecutor, executorName } from '../internal/checks/executor-checks.js'
import { checkFunction, checkKeys, checkObject } from '../internal/checks/option-checks.js'
import type { Entered } from '../internal/line/entered.js'
import type { Producer } from '../internal/running/stream-call.js'
import { ForwardingExecutor } from './forwarding-executor.js'

/** Chooses the executor of one call. What it throws rejects the call. */
export type Pick = (
  work: Work<readonly unknown[], unknown>,
  args: readonly unknown[],
  options: SubmitOptions,
) => Executor

/** Options of `route`. */
export interface RouteOptions {
  /** Default `'route'`. */
  readonly name?: string
  /** What callers may rely on, as nobody knows before the choice. Default: closures and streams, nothing else. */
  readonly capabilities?: Partial<Capabilities>
}

const leastPromising: Capabilities = Object.freeze({
  closures: true,
  streaming: true,
  durable: false,
  transfer: false,
  cancel: 'waiting',
  delivery: 'at-least-once',
  values: 'wire',
  priority: false,
})

class RouteExecutor extends ForwardingExecutor {
  readonly #pick: Pick
  readonly #capabilities: Capabilities

  constructor(pick: Pick, options: RouteOptions) {
    super({ size: Number.POSITIVE_INFINITY, name: executorName(options.name, 'route') })
    this.#pick = pick
    this.#capabilities = Object.freeze({ ...leastPromising, ...options.capabilities })
  }

  get capabilities(): Capabilities {
    return this.#capabilities
  }

  protected override async run(entered: Entered): Promise<unknown> {
    return await this.submitTo(this.#choose(entered), entered)
  }

  protected override async produce<Y>(entered: Entered, ended: () => void): Promise<Producer<Y>> {
    return this.streamFrom<Y>(this.#choose(entered), entered, ended)
  }

  #choose({ work, args, call }: Entered): Executor {
    const chosen = this.#pick(work as Work<readonly unknown[], unknown>, args, call.options)
    checkExecutor('pick(…)', chosen)
    return chosen
  }
}

/**
 * An executor that asks `pick` for each call where to run it. Closing it leaves the chosen ones open.
 *
 * @example
 * const smart = route((work) => (work.name.startsWith('images/') ? threads : session))
 */
export function route(pick: Pick, options: RouteOptions = {}): Executor {
  checkFunction('pick', pick)
  checkObject('options', options)
  checkKeys('options', options, ['name', 'capabilities'])
  if (options.capabilities !== undefined) checkObject('capabilities', options.capabilities)
  return new RouteExecutor(pick, options)
}
