import { checkGraph } from '../plan/plan.js'
import type { Around } from '../run/around.js'
import type { Ledger } from '../run/ledger.js'
import type { Ending } from '../run/life.js'
import type { RunInit } from '../run/run-init.js'
import { checkDepth, type MergeArguments, mergeGraph } from './merge-arguments.js'

/** A run as far as a merge needs it. */
interface OneTaskRun {
  readonly ended: Promise<Ending>
  readonly ledger: Ledger
}

/**
 * Runs a merge, as a run of one task that is part of the body around it.
 *
 * @param task the task that it is part of, where that is known.
 * @param begin makes the run.
 */
export async function merged(
  given: MergeArguments,
  task: string | undefined,
  part: Around | undefined,
  begin: (init: RunInit) => OneTaskRun,
): Promise<unknown> {
  checkDepth((part?.host.depth ?? 0) + 1)
  const graph = mergeGraph(given, task)
  const options = { executors: part?.host.executors ?? {} }
  checkGraph(graph, options)
  const run = begin({ graph, inputs: {}, options, part, isMerge: true })
  const ending = await run.ended
  if (ending.kind === 'fulfilled') return run.ledger.values[0]
  throw ending.error
}
