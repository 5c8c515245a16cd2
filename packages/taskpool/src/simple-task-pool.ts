import { checkPositiveInteger } from '@conc/core/internal'
import { BaseTaskPool } from './base-task-pool.js'
import { checkArgs, checkCallbacks, checkFunction, checkPoolOptions } from './pool/checks.js'
import { submitGroup } from './pool/groups.js'
import type { Callbacks, Fn, PoolTask, TaskPoolOptions } from './pool/options.js'
import { type AnyFunction, type Plan, planOf } from './pool/plan.js'
import { RepeatSpawner } from './pool/repeat-spawner.js'
import { checkStart, functionName, startGroup } from './pool/starting.js'

/** Options of a `SimpleTaskPool`: the pool's, and what each of its tasks is called with. */
export interface SimpleTaskPoolOptions<A extends readonly unknown[]>
  extends TaskPoolOptions,
    Callbacks {
  readonly args?: A
}

/**
 * Runs one function with fixed arguments as many times as is wanted at the moment.
 *
 * @example
 * const pool = new SimpleTaskPool(worker, { args: [inbox, outbox] })
 * pool.start(5)
 * pool.stop(2)         // the two that started last
 * pool.stopAll()
 * await pool.gatherAndClose()
 */
export class SimpleTaskPool<
  const A extends readonly unknown[] = [],
  const K extends object = object,
> extends BaseTaskPool {
  readonly funcName: string
  readonly #plan: Plan
  readonly #callbacks: Callbacks
  #starts = 0

  /** @throws {InvalidOptionError} `fn` or a callback is no function, or an option is malformed. */
  constructor(
    fn: NoInfer<Fn<A>>,
    options?: SimpleTaskPoolOptions<A> & { readonly kwargs?: undefined },
  )
  constructor(
    fn: NoInfer<(...args: [...A, K, PoolTask]) => unknown>,
    options: SimpleTaskPoolOptions<A> & { readonly kwargs: K },
  )
  constructor(
    fn: unknown,
    options: SimpleTaskPoolOptions<A> & { readonly kwargs?: object | undefined } = {},
  ) {
    checkFunction('fn', fn)
    checkPoolOptions(options, ['args', 'kwargs', 'onEnd', 'onCancel'])
    checkCallbacks(options)
    const { args, kwargs, onEnd, onCancel } = options
    checkArgs(args, kwargs)
    super('SimpleTaskPool', options)
    this.funcName = functionName(fn)
    this.#callbacks = { ...(onEnd && { onEnd }), ...(onCancel && { onCancel }) }
    const all = [...(args ?? []), ...(kwargs === undefined ? [] : [kwargs])]
    this.#plan = planOf(fn as AnyFunction, () => all, {}, options.executor)
  }

  /**
   * Starts `num` more tasks, when there is room.
   *
   * @returns the name of their group, `start-group-<n>`.
   * @throws {PoolLockedError} @throws {PoolClosedError} @throws {InvalidOptionError} `num` is no positive integer.
   */
  start(num: number): string {
    checkPositiveInteger('num', num)
    checkStart(this.board, undefined)
    const name = `start-group-${this.#starts++}`
    const spawn = (group: ConstructorParameters<typeof RepeatSpawner>[0]): RepeatSpawner =>
      new RepeatSpawner(group, num)
    return startGroup(this.board, name, this.#plan, this.#callbacks, spawn)
  }

  /**
   * Stops `num` tasks, newest first: starts that wait for room are withdrawn, then running tasks are cancelled, the last
   * started first.
   *
   * @returns the ids of the cancelled ones, in that order.
   */
  stop(num: number): number[] {
    checkPositiveInteger('num', num)
    return this.#stop(num)
  }

  /** Stops all tasks, waiting ones too. @returns the ids of those that ran, newest first. */
  stopAll(): number[] {
    return this.#stop(Number.POSITIVE_INFINITY)
  }

  #stop(num: number): number[] {
    let left = num
    for (const spawner of [...this.board.spawners].reverse()) {
      if (left > 0 && spawner instanceof RepeatSpawner) left -= spawner.withdraw(left)
    }
    const ids: number[] = []
    for (const { id, status, owner } of this.board.live.newestFirst()) {
      if (ids.length >= left) break
      if (status !== 'running' && status !== 'waiting') continue
      if (owner.name !== submitGroup) ids.push(id)
    }
    if (ids.length > 0) this.cancel(ids)
    return ids
  }
}
