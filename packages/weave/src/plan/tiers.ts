import type { Plan } from './plan.js'

/** Tasks by the length of the longest chain before them. */
export function tiersOf({ order, dependencies }: Plan): readonly (readonly string[])[] {
  const tierOf = new Map<string, number>()
  const tiers: string[][] = []
  for (const name of order) {
    let tier = 0
    for (const needed of dependencies[name] ?? []) {
      tier = Math.max(tier, (tierOf.get(needed) ?? -1) + 1)
    }
    tierOf.set(name, tier)
    tiers[tier] ??= []
    tiers[tier]?.push(name)
  }
  return Object.freeze(tiers.map((names) => Object.freeze(names)))
}
