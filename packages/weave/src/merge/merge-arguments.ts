import { checkFunction, definitionOf } from '@conc/core/internal'
import { type CheckedOptions, checkMergeOptions } from '../builder/option-checks.js'
import { checkSource, isSource } from '../builder/source-check.js'
import type { AnyBody, SingleStep } from '../builder/steps.js'
import { WeaveDepthError } from '../errors.js'
import { compile } from '../plan/compile.js'
import type { Graph } from '../plan/graph.js'

/** The arguments of a `merge` after their check. */
export interface MergeArguments {
  readonly work: AnyBody
  readonly items: object | undefined
  readonly options: CheckedOptions
}

const deepest = 100

/** @throws {InvalidOptionError} */
export function mergeArguments(args: readonly unknown[]): MergeArguments {
  const [work, second, third] = args
  checkFunction('work', work)
  const hasItems = third !== undefined || (second !== undefined && !isOptions(second))
  if (hasItems) checkSource('items', second)
  const options = hasItems ? third : second
  if (options !== undefined) checkMergeOptions(options, hasItems)
  return {
    work: work as AnyBody,
    items: hasItems ? (second as object) : undefined,
    options: (options ?? {}) as CheckedOptions,
  }
}

function isOptions(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !isSource(value)
}

/** @throws {WeaveDepthError} */
export function checkDepth(depth: number): void {
  if (depth > deepest) throw new WeaveDepthError(depth)
}

/** A merge as a graph of one task. @param task the task that it is part of, where that is known. */
export function mergeGraph(
  { work, items, options }: MergeArguments,
  task: string | undefined,
): Graph {
  const own = `merge:${work.name || 'anonymous'}`
  const name = task === undefined ? own : `${task} > ${own}`
  const isTask = definitionOf(work) !== undefined
  // A plain function is called with the item alone: it may have more parameters, as `parseInt` does.
  const one = (item: unknown): unknown => work(item)
  const none = (): unknown => work()
  const step = {
    previous: undefined,
    name,
    body: isTask ? work : items === undefined ? none : one,
    options: {
      ...options,
      needs: [],
      ...(isTask && { args: (...own: unknown[]) => (items === undefined ? [] : own.slice(0, 1)) }),
    },
  }
  const made: SingleStep =
    items === undefined ? { kind: 'task', ...step } : { kind: 'each', ...step, over: items }
  return compile(made)
}
