import type { Executor, RetryPolicy } from '@conc/core'
import { definitionOf, here } from '@conc/core/internal'
import type { CheckedOptions } from '../builder/option-checks.js'
import type { AnyBody } from '../builder/steps.js'
import { executorNamed } from '../plan/executors.js'
import { isDeclared, isMapped, optionsOf } from '../plan/graph.js'
import { placeOf } from '../plan/places.js'
import type { Host } from './host.js'

/** Where the bodies of one task run in this run, and by which rules. */
export interface Route {
  readonly task: number
  readonly body: AnyBody
  readonly isTask: boolean
  /** `undefined`: the body is called right here. */
  readonly executor: Executor | undefined
  /** `'here'`, or the executor's name. */
  readonly runsOn: string
  readonly retry: RetryPolicy | undefined
  /** Per attempt. */
  readonly timeoutMs: number | undefined
  readonly isIdempotent: boolean
  /** Whether a declared task receives the dependencies too. */
  readonly takesDependencies: boolean
  readonly options: CheckedOptions
}

/** A declared task runs on the executor; a plain function only where that runs functions, otherwise here. */
export function routeOf(host: Host, task: number): Route {
  const { graph } = host
  const body = host.bodies[task] as AnyBody
  const options = optionsOf(graph, task)
  const definition = definitionOf(body)
  const executor = executorOf(host, options)
  const closes = executor?.capabilities.closures === true ? executor : undefined
  return {
    task,
    body,
    isTask: definition !== undefined,
    executor: definition ? (executor ?? here) : closes,
    runsOn: placeOf(graph, task, host.places),
    retry: options.retries ?? definition?.retry,
    timeoutMs: finite(options.timeoutMs ?? definition?.timeoutMs),
    isIdempotent: definition?.idempotent === true,
    takesDependencies: definition !== undefined && wantsDependencies(host, task, definition.fn),
    options,
  }
}

function executorOf(host: Host, { executor }: CheckedOptions): Executor | undefined {
  if (typeof executor === 'string') return executorNamed(executor, host.executors, undefined)
  return executor ?? host.executor
}

/** A task without a parameter for them gets none: its `input` schema may count its arguments. */
function wantsDependencies(
  { graph }: Host,
  task: number,
  fn: (...args: never[]) => unknown,
): boolean {
  const flags = graph.flags[task] as number
  const place = flags & isDeclared && flags & isMapped ? 1 : 0
  return fn.length > place || graph.keyStart[task] !== graph.keyStart[task + 1]
}

function finite(ms: number | undefined): number | undefined {
  return ms === Number.POSITIVE_INFINITY ? undefined : ms
}
