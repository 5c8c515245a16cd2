import type { Executor } from '@conc/core'
import type { RunOptions, SettledResult, WeaveEvent } from '@conc/weave'
import type { AnyWeave } from './load-weave.js'

/** What a run came to. */
export interface Ending {
  /** Unless bodies were left that did not stop. */
  readonly settled?: SettledResult
  readonly error: unknown
  /** The time for the whole run has passed. */
  readonly isOutOfTime: boolean
}

export interface RunSettings {
  readonly inputs: Record<string, unknown>
  readonly signal: AbortSignal
  readonly executor: Executor | undefined
  readonly only: readonly string[] | undefined
  readonly concurrency: number | undefined
  readonly timeoutMs: number | undefined
  readonly debug: RunOptions['debug']
}

const cleanUpMs = 5000

/** Runs a weave to its end. Bodies that are told to stop have 5 s to clean up, and are left behind then. */
export async function settleWeave(weave: AnyWeave, settings: RunSettings): Promise<Ending> {
  const { inputs, timeoutMs } = settings
  const limit = new CleanUpLimit()
  if (timeoutMs !== undefined) limit.arm(undefined, timeoutMs)
  const onEvent = (event: WeaveEvent): void => {
    if (event.type === 'error' && event.item === undefined) limit.arm(event.error, 0)
  }
  try {
    const run = weave.input().settle(inputs, { ...optionsOf(settings), drain: true, onEvent })
    return await Promise.race([run.then(endingOf), limit.passed])
  } finally {
    limit.end()
  }
}

function optionsOf(settings: RunSettings): RunOptions & { only?: readonly string[] } {
  const { signal, executor, only, concurrency, timeoutMs, debug } = settings
  return {
    signal,
    ...(executor && { executor }),
    ...(only && { only }),
    ...(concurrency !== undefined && { concurrency }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(debug && { debug }),
  }
}

/** A task that failed by its own time limit is among the failed; only the run's own is in none of them. */
function endingOf(settled: SettledResult): Ending {
  const { error, failed } = settled
  const isTimeout = (error as { code?: unknown } | undefined)?.code === 'CONC_TASK_TIMEOUT'
  return { settled, error, isOutOfTime: isTimeout && failed.length === 0 }
}

/** Waits for bodies that were told to stop, but not for ever. */
class CleanUpLimit {
  readonly passed: Promise<Ending>
  readonly #timers: NodeJS.Timeout[] = []
  #pass!: (ending: Ending) => void

  constructor() {
    this.passed = new Promise((resolve) => {
      this.#pass = resolve
    })
  }

  /** @param error what ends the run after `ms`; `undefined`: its time. */
  arm(error: unknown, ms: number): void {
    const ending: Ending = { error, isOutOfTime: error === undefined }
    this.#timers.push(setTimeout(() => this.#pass(ending), ms + cleanUpMs))
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }
}
