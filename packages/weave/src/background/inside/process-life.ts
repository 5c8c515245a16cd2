import { ConcError, TaskCancelledError, WorkerLostError } from '@conc/core'
import { Timer, thrownText } from '@conc/core/internal'
import type { Ended } from '../messages.js'
import type { Request } from '../request.js'
import type { WorkerRun } from './worker-run.js'

const signalCodes = { SIGINT: 130, SIGTERM: 143 } as const

/** What happens to the process of a run, and how that ends. */
export class ProcessLife {
  readonly #weave: string
  readonly #graceMs: number
  #cancelCode: number | undefined
  #isOver = false
  /** Something threw that nobody caught. */
  #isBroken = false

  constructor({ weave, graceMs }: Request) {
    this.#weave = weave
    this.#graceMs = graceMs
  }

  /** Passes on to the run what the process is told and what breaks in it. */
  watch(run: WorkerRun): void {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.on(name, () => this.#signalled(name, run))
    }
    process.on('uncaughtException', (error) => {
      console.error(error)
      this.#isBroken = true
      run.fail('lost', this.#crashed(error))
    })
    process.on('beforeExit', () => {
      if (!this.#isOver) run.fail('rejected', this.#stuck())
    })
  }

  /** What the process will exit with. */
  set exitCode(code: number) {
    process.exitCode = code
  }

  exitCodeOf({ status }: Ended): number {
    if (status === 'fulfilled') return 0
    if (status === 'refused') return 2
    return status === 'cancelled' ? (this.#cancelCode ?? signalCodes.SIGTERM) : 1
  }

  /** The run is over, and all was said. Bodies that were told to stop get their time. */
  end(): void {
    this.#isOver = true
    if (this.#isBroken) process.exit()
    process.channel?.unref()
    const timer = new Timer(this.#graceMs, () => process.exit())
    timer.hold(false)
  }

  #signalled(name: keyof typeof signalCodes, run: WorkerRun): void {
    // Whoever asks twice does not want to wait.
    if (this.#cancelCode !== undefined) process.exit(this.#cancelCode)
    this.#cancelCode = signalCodes[name]
    const message = `Weave '${this.#weave}' was cancelled by ${name}.`
    run.cancel(new TaskCancelledError(message, { origin: 'shutdown' }))
  }

  #crashed(cause: unknown): WorkerLostError {
    const message = `The process of weave '${this.#weave}' broke: ${thrownText(cause)}`
    return new WorkerLostError(message, { exitCode: 1, cause })
  }

  #stuck(): ConcError {
    return new ConcError(
      `Weave '${this.#weave}' can never end: its bodies wait for something that cannot happen any more.`,
      { code: 'CONC_WEAVE_STUCK' },
    )
  }
}
