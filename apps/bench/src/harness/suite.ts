/** How big the work is: `full` is the real thing, `default` fits a coffee break, `quick` a look, `tiny` a test. */
export type Size = 'tiny' | 'quick' | 'default' | 'full'

/** A set of named paths over one package. Asked for its paths again in every process, so it must be pure. */
export interface Suite {
  readonly name: string
  readonly about: string
  paths(size: Size): readonly Path[]
}

/** One piece of work, done by every contestant. The first contestant with the role `ours` is the one peers are held against. */
export interface Path {
  readonly name: string
  readonly title: string
  /** What the per-item figures are per: task, node, item. */
  readonly unit: string
  readonly metrics: readonly Metric[]
  /** The key of the metric that goals are judged by. */
  readonly judgedBy: string
  /** Upper bound on the rounds, for paths whose figures do not vary or whose runs are long. */
  readonly maxRounds?: number
  /** Rounds that are run however long they take, up to those of the pace. Default 3. */
  readonly minRounds?: number
  /** Whether its contestants stay on one core, with all that they start, where the system can do that. */
  readonly isOnOneCore?: boolean
  readonly contestants: readonly Contestant[]
}

/** One figure of a sample; smaller is better. */
export interface Metric {
  readonly key: string
  readonly label: string
  readonly digits: number
}

export type Role = 'floor' | 'ours' | 'peer'

export interface Contestant {
  readonly name: string
  readonly role: Role
  /** Items in one run. May be fewer than the others have: figures are per item. */
  readonly items: number
  readonly goal?: Goal
  /** Printed under the table. */
  readonly note?: string
  /** For its process, beside what this one has. */
  readonly env?: Readonly<Record<string, string>>
  /** Loads the library, prepares the work and warms it up. */
  open(pace: Pace): Promise<Sampler>
}

/** `timesFloor`: at most so many times the floor. `atMost`: at most so much. `timesFaster`: on a peer, what ours beats it by. */
export type Goal =
  | { readonly timesFloor: number }
  | { readonly atMost: number }
  | { readonly timesFaster: number }

/** One measured sample a call, its output checked. */
export interface Sampler {
  sample(): Promise<Figures>
}

/** Figures by metric key. */
export type Figures = Readonly<Record<string, number>>

/** How long to measure. */
export interface Pace {
  readonly rounds: number
  /** CPU time that each contestant uses before it counts. */
  readonly warmUpMs: number
  /** A sample repeats a short run until it is about so long. */
  readonly sampleMs: number
  /** After its `minRounds`, a path begins no further one when its rounds have taken so long. */
  readonly budgetMs: number
}

export const paces: Readonly<Record<Size, Pace>> = {
  tiny: { rounds: 2, warmUpMs: 0, sampleMs: 0, budgetMs: 0 },
  quick: { rounds: 3, warmUpMs: 50, sampleMs: 10, budgetMs: 1500 },
  default: { rounds: 11, warmUpMs: 500, sampleMs: 50, budgetMs: 2600 },
  full: { rounds: 21, warmUpMs: 1000, sampleMs: 100, budgetMs: 60_000 },
}

/** One of four numbers, by size. */
export function sized(
  size: Size,
  tiny: number,
  quick: number,
  normal: number,
  full: number,
): number {
  return { tiny, quick, default: normal, full }[size]
}
