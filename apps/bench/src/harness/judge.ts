import type { Measured } from './rounds.js'
import { type Spread, spread } from './statistics.js'
import type { Contestant, Goal, Path, Role } from './suite.js'

/** Everything known about one path after its rounds; plain data, goes into the JSON as it is. */
export interface PathResult {
  readonly name: string
  readonly title: string
  readonly unit: string
  readonly judgedBy: string
  readonly contestants: readonly ContestantResult[]
}

export interface ContestantResult {
  readonly name: string
  readonly role: Role
  readonly items: number
  readonly rounds: number
  /** By metric key, per item. Empty when `error` says why. */
  readonly figures: Readonly<Record<string, Spread>>
  /** Medians relative to the floor's and to ours, by metric key. */
  readonly timesFloor?: Readonly<Record<string, number>>
  readonly timesOurs?: Readonly<Record<string, number>>
  readonly goal?: Verdict
  readonly note?: string
  readonly error?: string
}

interface Verdict {
  readonly text: string
  readonly value: number
  readonly met: boolean
}

/** Turns samples into medians, ratios and verdicts on goals. */
export function judge(path: Path, measured: readonly Measured[]): PathResult {
  const { name, title, unit, judgedBy } = path
  const rows = measured.map((one) => ({ ...one, figures: figuresOf(path, one) }))
  const floor = rows.find(({ contestant }) => contestant.role === 'floor')?.figures
  const ours = rows.find(({ contestant }) => contestant.role === 'ours')?.figures
  const contestants = rows.map(({ contestant, samples, figures, error }) => {
    const timesFloor = ratios(figures, floor)
    const timesOurs = contestant.role === 'peer' ? ratios(figures, ours) : undefined
    const value = figures[judgedBy]?.median
    const verdict = verdictOn(contestant, value, timesFloor?.[judgedBy], timesOurs?.[judgedBy])
    return {
      name: contestant.name,
      role: contestant.role,
      items: contestant.items,
      rounds: samples.length,
      figures,
      ...(timesFloor && { timesFloor }),
      ...(timesOurs && { timesOurs }),
      ...(verdict && { goal: verdict }),
      ...(contestant.note !== undefined && { note: contestant.note }),
      ...(error !== undefined && { error }),
    }
  })
  return { name, title, unit, judgedBy, contestants }
}

type FigureSpreads = Readonly<Record<string, Spread>>

function figuresOf(path: Path, { samples }: Measured): FigureSpreads {
  if (samples.length === 0) return {}
  return Object.fromEntries(
    path.metrics.map(({ key }) => [
      key,
      spread(samples.map((sample) => sample[key] ?? Number.NaN)),
    ]),
  )
}

function ratios(
  figures: FigureSpreads,
  against: FigureSpreads | undefined,
): Readonly<Record<string, number>> | undefined {
  if (!against || Object.keys(figures).length === 0 || Object.keys(against).length === 0) {
    return undefined
  }
  return Object.fromEntries(
    Object.entries(figures).map(([key, { median }]) => [
      key,
      median / (against[key]?.median ?? Number.NaN),
    ]),
  )
}

function verdictOn(
  { goal }: Contestant,
  value: number | undefined,
  timesFloor: number | undefined,
  timesOurs: number | undefined,
): Verdict | undefined {
  if (!goal) return undefined
  if ('timesFloor' in goal) return upTo(`<= ${goal.timesFloor}x floor`, timesFloor, goal.timesFloor)
  if ('atMost' in goal) return upTo(`<= ${goal.atMost}`, value, goal.atMost)
  return faster(goal, timesOurs)
}

function upTo(text: string, value: number | undefined, limit: number): Verdict | undefined {
  return value === undefined ? undefined : { text, value, met: value <= limit }
}

function faster(
  { timesFaster }: Extract<Goal, { timesFaster: number }>,
  value: number | undefined,
): Verdict | undefined {
  if (value === undefined) return undefined
  const text = timesFaster === 1 ? 'ours faster' : `ours ${timesFaster}x faster`
  return { text, value, met: timesFaster === 1 ? value > 1 : value >= timesFaster }
}
