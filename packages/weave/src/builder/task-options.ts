import type { Executor, RetryPolicy } from '@conc/core'
import type { Env, Row } from './rows.js'

interface Policy {
  /** Repeats a body that threw or timed out: a count, or a policy with pauses. In `each` per item. Default 0. */
  readonly retries?: RetryPolicy
  /** Milliseconds for one attempt. Default none. */
  readonly timeoutMs?: number
  /** Where the task runs: an executor, or a name from `run({ executors })`. */
  readonly executor?: Executor | string
  /** Among ready tasks the higher goes first. Default 0. */
  readonly priority?: number
}

interface Sent {
  /** Travel with the call and its nested calls. */
  readonly headers?: Readonly<Record<string, string>>
  /** What the worker must carry. */
  readonly tags?: readonly string[]
}

interface Pace {
  /** Items in flight; held across an item's retries. Default Infinity. */
  readonly workers?: number
  /** Attempts start at least 60,000 / n ms apart, the first at once, without bursts. Default none. */
  readonly perMinute?: number
  /** The same under its older name; not beside `perMinute`. */
  readonly limitPerMinute?: number
}

/** Options of a task made by `do`. */
// biome-ignore lint/suspicious/noExplicitAny: options kept in a variable fit tasks with any dependencies
export interface TaskOptions<D = any> extends Policy, Sent {
  /** Lets executors that remember keys join duplicates; allows retries after a loss. */
  readonly idempotencyKey?: string | ((deps: D) => string)
}

/** Options of a mapped task. */
// biome-ignore lint/suspicious/noExplicitAny: options kept in a variable fit tasks with any dependencies
export interface EachOptions<D = any, I = any> extends Policy, Sent, Pace {
  /** As in `do`, per item: a constant would be one key for all items. */
  readonly idempotencyKey?: (item: I, deps: D) => string
}

/** What every task of a weave uses unless it says otherwise; `workers` and `perMinute` reach mapped tasks only. */
export interface Defaults extends Policy, Pace {
  /** A task whose parameter cannot be read is an error. Default false. */
  readonly strict?: boolean
}

/** Dependencies said explicitly. */
export interface Edges<P extends Row, N extends readonly string[]> {
  /** The names whose values the body receives, instead of those its parameter destructures. */
  readonly needs?: N
  /** Names that have to be done before, whose values are not passed. */
  readonly after?: readonly P[0][]
}

/** What a body receives: everything it could ask for, or what `needs` says. */
export type Given<P extends Row, N extends readonly string[]> = readonly P[0][] extends N
  ? Env<P>
  : Pick<Env<P>, N[number] & P[0]>
