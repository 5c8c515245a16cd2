import type { WeaveRun } from '../run/run.js'
import { keepResult, type SettledResult, settledFrom } from './settled-result.js'
import { type Result, resultFrom } from './weave-result.js'

// No methods: a run that goes on would keep the builder alive, and with it every step that was compiled long ago.

/** What `run` gives. */
export async function whole(run: WeaveRun): Promise<Result> {
  const ending = await run.ended
  if (ending.kind === 'fulfilled') return resultFrom(run.ledger, run.plan)
  keepResult(ending.error, run.ledger, run.plan)
  throw ending.error
}

/** What `settle` gives. */
export async function settled(run: WeaveRun): Promise<SettledResult> {
  const ending = await run.ended
  if (ending.kind !== 'aborted') return settledFrom(run.ledger, run.plan)
  keepResult(ending.error, run.ledger, run.plan)
  throw ending.error
}
