import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { endLimitOf } from './plan/round-options.js'
import { prefixes, type Report, type RoundInput, type Sign } from './report.js'
import type { Fault } from './scene/faults.js'
import { signal } from './scene/processes.js'
import { settlesWithin } from './scene/within.js'

const program = fileURLToPath(new URL('./round.entry.js', import.meta.url))

/** How long it may take to say what it is about. */
const signLimitMs = 2000
/** How long its last words are waited for. */
const lastWordsMs = 1000
/** The last lines that it has printed are kept. */
const keptLines = 40

/** How a round went. */
export interface RoundResult {
  readonly faults: readonly Fault[]
  readonly report: Report | undefined
  /** What it printed beside. */
  readonly printed: readonly string[]
}

/** One round in a process of its own, which is looked after: whatever it does, this comes to an end. */
export class RoundProcess {
  readonly #process: ChildProcess
  readonly #exit: Promise<void>
  readonly #endLimitMs: number
  readonly #printed: string[] = []
  #report: Report | undefined
  #sign: Sign | undefined
  #reported: () => void = () => {}
  #signed: () => void = () => {}

  constructor(input: RoundInput) {
    // In a group of its own, so that all its descendants can be ended.
    this.#process = spawn(process.execPath, [program, JSON.stringify(input)], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#endLimitMs = endLimitOf(input.options)
    this.#exit = this.#untilGone()
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream) createInterface(stream).on('line', (line) => this.#read(line))
    }
  }

  /** Waits for its report and its end. @param limitMs until the report. */
  async result(limitMs: number): Promise<RoundResult> {
    const reported = new Promise<void>((resolve) => {
      this.#reported = resolve
    })
    const hasReported = await settlesWithin(Promise.race([reported, this.#exit]), limitMs)
    const hasEnded = hasReported && (await settlesWithin(this.#exit, this.#endLimitMs))
    const faults = hasEnded ? this.#faultsOfEnd() : await this.#faultsOfLateness(hasReported)
    this.#endAll()
    return {
      faults: [...(this.#report?.faults ?? this.#sign?.faults ?? []), ...faults],
      report: this.#report,
      printed: this.#printed,
    }
  }

  /** What it said last may be read after its end, unless a descendant holds its pipes. */
  async #untilGone(): Promise<void> {
    const closed = once(this.#process, 'close')
    await once(this.#process, 'exit')
    await settlesWithin(closed, lastWordsMs)
  }

  /** Ends it and its descendants, whatever they do. */
  #endAll(): void {
    const { pid } = this.#process
    if (pid !== undefined) signal(-pid, 'SIGKILL')
  }

  #faultsOfEnd(): Fault[] {
    const { exitCode, signalCode } = this.#process
    if (this.#report && exitCode === 0) return []
    return [{ rule: 'ends by itself', text: `the round ended with ${exitCode ?? signalCode}` }]
  }

  async #faultsOfLateness(hasReported: boolean): Promise<Fault[]> {
    const signed = new Promise<void>((resolve) => {
      this.#signed = resolve
    })
    signal(this.#process.pid, 'SIGUSR2')
    await settlesWithin(signed, signLimitMs)
    const what = hasReported ? 'the round did not end' : 'the round did not come to its report'
    if (!this.#sign) return [{ rule: 'ends by itself', text: `${what}, and does not answer` }]
    const { unsettled, resources } = this.#sign
    const text = `${what}; it holds ${resources}; unsettled: ${unsettled.join(' ') || 'none'}`
    return [{ rule: 'ends by itself', text }]
  }

  #read(line: string): void {
    if (line.startsWith(prefixes.report)) {
      this.#report = JSON.parse(line.slice(prefixes.report.length)) as Report
      this.#reported()
    } else if (line.startsWith(prefixes.sign)) {
      this.#sign = JSON.parse(line.slice(prefixes.sign.length)) as Sign
      this.#signed()
    } else {
      this.#printed.push(line)
      if (this.#printed.length > keptLines) this.#printed.shift()
    }
  }
}
