import type { Contestant, Figures, Path, Role } from '../src/harness/suite.js'

/** A path with made-up figures: each contestant gives its list, one value a round, as `us`. */
export function madePath(contestants: readonly Contestant[], maxRounds?: number): Path {
  return {
    name: 'made',
    title: 'made up',
    unit: 'task',
    metrics: [{ key: 'us', label: 'wall us', digits: 1 }],
    judgedBy: 'us',
    ...(maxRounds === undefined ? {} : { maxRounds }),
    contestants,
  }
}

export function madeContestant(
  name: string,
  role: Role,
  sample: () => Figures,
  rest: Partial<Contestant> = {},
): Contestant {
  return { name, role, items: 1, open: async () => ({ sample: async () => sample() }), ...rest }
}
