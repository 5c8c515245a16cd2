import { type ForwardedOptions, follows, onBodyEnd, type TaskDefinition } from '@conc/core/internal'
import type { AnyOptions } from '../options.js'
import type { PoolState } from '../state/pool-state.js'
import type { Callback } from '../task-handle.js'
import type { Invocation } from './invocations.js'

export type AnyFunction = (...args: never[]) => unknown

/** What the tasks of one call have in common, so that each of them holds one reference to it. */
export class Batch {
  readonly board: PoolState
  /** Absent where each task brings its own. */
  readonly fn: AnyFunction | undefined
  readonly invocation: Invocation
  readonly name: string | undefined
  readonly callback: Callback<unknown, unknown, unknown> | undefined
  readonly context: unknown
  /** What the call behind each task is made with. */
  readonly submitOptions: ForwardedOptions
  /** Of a declared task. */
  readonly definition: TaskDefinition | undefined
  /** Declared tasks, and closures that run elsewhere: as a call of an executor, which does the tracing. */
  readonly isPlaced: boolean
  /** Whether each task needs a call of its own: it is placed, or something may interrupt or repeat it. */
  readonly needsCall: boolean
  #remains: Batch | undefined

  constructor(init: {
    board: PoolState
    invocation: Invocation
    fn?: AnyFunction | undefined
    name?: string | undefined
    definition?: TaskDefinition | undefined
    options?: AnyOptions | undefined
    isPlaced?: boolean
  }) {
    const { options = {} } = init
    this.board = init.board
    this.fn = init.fn
    this.invocation = init.invocation
    this.name = options.name ?? init.definition?.name ?? init.name
    this.definition = init.definition
    this.callback = options.cb as Callback<unknown, unknown, unknown> | undefined
    this.context = options.ctx
    this.submitOptions = options
    this.isPlaced = init.isPlaced ?? false
    this.needsCall = this.isPlaced || isInterruptible(options)
  }

  /** What a settled task keeps: no function, no options, no context. */
  get remains(): Batch {
    if (this.fn === undefined && this.callback === undefined) return this
    const { board, name } = this
    this.#remains ??= new Batch({ board, name, invocation: neverAgain })
    return this.#remains
  }
}

const neverAgain: Invocation = () => undefined

function isInterruptible(options: ForwardedOptions): boolean {
  const { signal, timeoutMs, retry } = options
  if (signal !== undefined || timeoutMs !== undefined || retry !== undefined) return true
  return options[follows] !== undefined || options[onBodyEnd] !== undefined
}
