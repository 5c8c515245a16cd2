import { inOrderOfNeed } from './in-order.js'
import type { Plan } from './plan.js'

/** Tasks by the length of the longest chain before them. */
export function tiersOf(plan: Plan): readonly (readonly string[])[] {
  const { order, dependencies } = plan
  const tierOf = new Map<string, number>()
  const tiers: string[][] = []
  for (const name of inOrderOfNeed(plan)) {
    let tier = 0
    for (const needed of dependencies[name] ?? []) {
      tier = Math.max(tier, (tierOf.get(needed) ?? -1) + 1)
    }
    tierOf.set(name, tier)
  }
  for (const name of order) {
    const tier = tierOf.get(name) as number
    tiers[tier] ??= []
    tiers[tier]?.push(name)
  }
  return Object.freeze(tiers.map((names) => Object.freeze(names)))
}
