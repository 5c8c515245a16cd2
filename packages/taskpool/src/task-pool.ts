import type { Task } from '@conc/core'
import { checkPositiveInteger } from '@conc/core/internal'
import { BaseTaskPool } from './base-task-pool.js'
import {
  checkArgs,
  checkFunction,
  checkGroupOptions,
  checkMapOptions,
  checkPoolOptions,
  checkSource,
} from './pool/checks.js'
import { MapSpawner } from './pool/map-spawner.js'
import type { Fn, GroupOptions, MapOptions, PoolTask, TaskPoolOptions } from './pool/options.js'
import {
  type AnyFunction,
  type ArgumentsOf,
  namedItems,
  oneItem,
  planOf,
  tuples,
} from './pool/plan.js'
import { RepeatSpawner } from './pool/repeat-spawner.js'
import { checkStart, defaultGroupName, startGroup, taskOptions } from './pool/starting.js'

/** Options of `apply`. */
export interface ApplyOptions<A extends readonly unknown[]> extends GroupOptions {
  readonly args?: A
  /** How often the same work is started: a positive integer. Default 1. */
  readonly num?: number
}

type Items<I> = Iterable<I> | AsyncIterable<I>

/**
 * Runs groups of tasks of any functions. Nothing blocks: every method that starts tasks returns the name of their group
 * at once, and no function is entered before it has returned.
 *
 * @example
 * const pool = new TaskPool({ poolSize: 10 })
 * const group = pool.apply(worker, { args: [inbox], num: 5 })
 * pool.map(fetchPage, urls, { numConcurrent: 3 })
 * pool.cancelGroup(group)
 * await pool.gatherAndClose()
 */
export class TaskPool extends BaseTaskPool {
  /**
   * @param options the pool's options; a number is its `poolSize`.
   * @throws {InvalidOptionError}
   */
  constructor(options: number | TaskPoolOptions = {}) {
    const given = typeof options === 'number' ? { poolSize: options } : options
    checkPoolOptions(given)
    super('TaskPool', given)
  }

  /**
   * Starts `fn(...args, kwargs?, task)` `num` times; a declared task is given its arguments only.
   *
   * @returns the name of the group, by default `apply-<function>-group-<i>`.
   * @throws {PoolLockedError} @throws {PoolClosedError} @throws {GroupExistsError} @throws {InvalidOptionError}
   */
  apply<A extends readonly unknown[]>(fn: Task<A, unknown>, options: ApplyOptions<A>): string
  apply<const A extends readonly unknown[] = [], const K extends object = object>(
    fn: NoInfer<(...args: [...A, K, PoolTask]) => unknown>,
    options: ApplyOptions<A> & { readonly kwargs: K },
  ): string
  apply<const A extends readonly unknown[] = []>(
    fn: NoInfer<Fn<A>>,
    options?: ApplyOptions<A> & { readonly kwargs?: undefined },
  ): string
  apply(
    fn: unknown,
    options: ApplyOptions<readonly unknown[]> & { readonly kwargs?: object | undefined } = {},
  ): string {
    checkFunction('fn', fn)
    checkGroupOptions(options, ['args', 'kwargs', 'num'])
    const { args, kwargs, num = 1, groupName } = options
    checkArgs(args, kwargs)
    checkPositiveInteger('num', num)
    checkStart(this.board, groupName)
    const all = [...(args ?? []), ...(kwargs === undefined ? [] : [kwargs])]
    const { args: _args, kwargs: _kwargs, num: _num, ...rest } = options
    const plan = planOf(fn as AnyFunction, () => all, taskOptions(rest), this.board.executor)
    const name = groupName ?? defaultGroupName(this.board, 'apply', plan.fn)
    return startGroup(this.board, name, plan, options, (group) => new RepeatSpawner(group, num))
  }

  /**
   * Starts `fn(item, task)` for each item, `numConcurrent` at a time: the next starts as soon as one has ended. A source
   * is read as it goes, an async one an item ahead; one that throws ends this call, and the next flush reports it.
   *
   * @returns the name of the group, by default `map-<function>-group-<i>`.
   * @throws as `apply`
   */
  map<I>(fn: Task<readonly [I], unknown>, items: Items<I>, options?: MapOptions): string
  map<I>(fn: NoInfer<Fn<[I]>>, items: Items<I>, options?: MapOptions): string
  map(fn: unknown, items: Items<unknown>, options: MapOptions = {}): string {
    return this.#startMap('map', fn, items, options, oneItem)
  }

  /**
   * Starts `fn(...item, task)` for each item, which is a list of arguments, all of one length; otherwise as `map`. An
   * item that is no array, or of another length, is a failed task.
   */
  starmap<A extends readonly unknown[]>(
    fn: Task<A, unknown>,
    items: Items<A>,
    options?: MapOptions,
  ): string
  starmap<const A extends readonly unknown[]>(
    fn: NoInfer<Fn<A>>,
    items: Items<A>,
    options?: MapOptions,
  ): string
  starmap(fn: unknown, items: Items<unknown>, options: MapOptions = {}): string {
    return this.#startMap('starmap', fn, items, options, tuples())
  }

  /**
   * Starts `fn(item, task)` for each item, a plain object of named arguments; otherwise as `map`. An item that is none
   * is a failed task.
   */
  doublestarmap<O extends object>(
    fn: Task<readonly [O], unknown>,
    items: Items<O>,
    options?: MapOptions,
  ): string
  doublestarmap<O extends object>(
    fn: NoInfer<Fn<[O]>>,
    items: Items<O>,
    options?: MapOptions,
  ): string
  doublestarmap(fn: unknown, items: Items<unknown>, options: MapOptions = {}): string {
    return this.#startMap('doublestarmap', fn, items, options, namedItems)
  }

  #startMap(
    method: string,
    fn: unknown,
    items: Items<unknown>,
    options: MapOptions,
    argumentsOf: ArgumentsOf,
  ): string {
    checkFunction('fn', fn)
    checkMapOptions(options)
    checkSource(items)
    checkStart(this.board, options.groupName)
    const { numConcurrent = 1, ...rest } = options
    const plan = planOf(fn as AnyFunction, argumentsOf, taskOptions(rest), this.board.executor)
    const name = options.groupName ?? defaultGroupName(this.board, method, plan.fn)
    return startGroup(
      this.board,
      name,
      plan,
      options,
      (group) => new MapSpawner(group, items, numConcurrent),
    )
  }
}
