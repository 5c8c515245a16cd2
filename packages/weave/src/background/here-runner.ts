import { settledFrom } from '../result/settled-result.js'
import { resultFrom } from '../result/weave-result.js'
import type { WeaveRun } from '../run/run.js'
import type { Runner, RunnerHost } from './runner.js'

/** Runs a weave on this event loop. */
export class HereRunner implements Runner {
  readonly #start: (signal: AbortSignal) => WeaveRun
  readonly #control = new AbortController()

  /** @param start begins the run. */
  constructor(start: (signal: AbortSignal) => WeaveRun) {
    this.#start = start
  }

  begin(host: RunnerHost): void {
    const run = this.#start(this.#control.signal)
    host.begun()
    void this.#follow(run, host)
  }

  cancel(reason: unknown): void {
    this.#control.abort(reason)
  }

  /** What holds the process is whatever the bodies wait for. */
  unref(): void {}

  async #follow({ ended, ledger, plan }: WeaveRun, host: RunnerHost): Promise<void> {
    const ending = await ended
    const settled = settledFrom(ledger, plan)
    if (ending.kind === 'fulfilled') {
      host.ended({ status: 'fulfilled', result: resultFrom(ledger, plan), settled })
    } else {
      const status = ending.kind === 'failed' ? 'rejected' : 'cancelled'
      host.ended({ status, error: ending.error, settled })
    }
  }
}
