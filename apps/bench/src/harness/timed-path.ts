import { oneCore } from './one-core.js'
import type { Contestant, Figures, Goal, Metric, Pace, Path, Role, Sampler } from './suite.js'

export interface TimedPath<Output> {
  readonly name: string
  readonly title: string
  readonly unit: string
  readonly items: number
  /** Default: CPU time, which neighbours on the machine disturb less than the clock. */
  readonly judgedBy?: 'cpuUs' | 'wallUs'
  readonly maxRounds?: number
  readonly minRounds?: number
  /** False for runs that are long by themselves, such as sleeps. Default true. */
  readonly warmUp?: boolean
  /**
   * Runs of the warm-up, whatever CPU time they use here. All contestants are equally warm after as many calls: for work that
   * other processes or threads do, and for calls so short that the time would be over before their code is compiled. Default 1.
   * A contestant may have its own number.
   */
  readonly warmUpRuns?: number
  /** For round trips; see `oneCore`. Default false. */
  readonly isOnOneCore?: boolean
  /** Throws when the output of a run is wrong; not timed. */
  check(output: Output, items: number): void
  readonly contestants: readonly TimedContestant<Output>[]
}

export interface TimedContestant<Output> {
  readonly name: string
  readonly role: Role
  readonly items?: number
  /** Runs of its warm-up, where those of the path would take too long. */
  readonly warmUpRuns?: number
  readonly goal?: Goal
  readonly note?: string
  readonly env?: Readonly<Record<string, string>>
  /** Imports the library and prepares the input; what it returns is one run, timed from call to settlement. */
  prepare(items: number): Promise<Run<Output>>
}

type Run<Output> = () => Output | Promise<Output>

const metrics: readonly Metric[] = [
  { key: 'wallUs', label: 'wall us', digits: 3 },
  { key: 'cpuUs', label: 'cpu us', digits: 3 },
]

/** A path measured by wall clock and by CPU time of the contestant's process, both per item. */
export function timedPath<Output>(path: TimedPath<Output>): Path {
  const { name, title, unit, maxRounds, minRounds } = path
  const isOnOneCore = path.isOnOneCore === true && oneCore() !== undefined
  return {
    name,
    title: isOnOneCore ? `${title}, on one core` : title,
    unit,
    metrics,
    judgedBy: path.judgedBy ?? 'cpuUs',
    ...(maxRounds === undefined ? {} : { maxRounds }),
    ...(minRounds === undefined ? {} : { minRounds }),
    ...(isOnOneCore && { isOnOneCore }),
    contestants: path.contestants.map((one) => contestant(path, one)),
  }
}

function contestant<Output>(path: TimedPath<Output>, one: TimedContestant<Output>): Contestant {
  const { prepare, items = path.items, warmUpRuns = path.warmUpRuns ?? 1, ...rest } = one
  const checked = (output: Output): void => path.check(output, items)
  return {
    ...rest,
    items,
    open: async (pace) => {
      const run = await prepare(items)
      const runMs = path.warmUp === false ? longMs : await warmUp(run, checked, pace, warmUpRuns)
      return new TimedSampler(run, checked, items, runMs, pace)
    },
  }
}

/** A run as long as this is a sample by itself, of which its beginning is a small part. */
const longMs = 250

/**
 * Runs until the warm-up is over, and says how long a run takes, in ms. It counts CPU time, as on a busy machine little
 * of the clock is ours; sleeps use none, so the clock bounds it too.
 */
async function warmUp<Output>(
  run: Run<Output>,
  check: (output: Output) => void,
  { warmUpMs }: Pace,
  leastRuns: number,
): Promise<number> {
  const start = performance.now()
  const cpuStart = process.cpuUsage()
  let shortest = Number.POSITIVE_INFINITY
  const isWarm = (): boolean =>
    cpuMsSince(cpuStart) >= warmUpMs || performance.now() - start >= 5 * warmUpMs
  for (let runs = 0; runs < leastRuns || !isWarm(); runs++) {
    const runStart = performance.now()
    check(await run())
    shortest = Math.min(shortest, performance.now() - runStart)
  }
  return shortest
}

function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

class TimedSampler<Output> implements Sampler {
  readonly #run: Run<Output>
  readonly #check: (output: Output) => void
  readonly #items: number
  readonly #repeats: number
  readonly #isShort: boolean

  constructor(
    run: Run<Output>,
    check: (output: Output) => void,
    items: number,
    runMs: number,
    { sampleMs }: Pace,
  ) {
    this.#run = run
    this.#check = check
    this.#items = items
    this.#repeats = Math.min(100, Math.max(1, Math.ceil(sampleMs / runMs)))
    this.#isShort = runMs < longMs
  }

  async sample(): Promise<Figures> {
    // Others have had their turn. After a pause V8 takes a collection for a sign that little is allocated, and makes the
    // young heap small: the figures would say how that grows again, and what comes to outlive it meanwhile.
    if (this.#isShort) await this.#measure()
    // Leaves little garbage of what was before. A full collection would also drop hidden classes that have no instance
    // right now, and all compiled code that knows them: libraries made of classes would start cold in every sample.
    globalThis.gc?.({ type: 'minor', execution: 'sync' })
    return await this.#measure()
  }

  async #measure(): Promise<Figures> {
    let wallUs = 0
    let cpuUs = 0
    for (let i = 0; i < this.#repeats; i++) {
      const cpuStart = process.cpuUsage()
      const start = performance.now()
      const output = await this.#run()
      wallUs += (performance.now() - start) * 1000
      const cpu = process.cpuUsage(cpuStart)
      cpuUs += cpu.user + cpu.system
      this.#check(output)
    }
    const items = this.#repeats * this.#items
    return { wallUs: wallUs / items, cpuUs: cpuUs / items }
  }
}
