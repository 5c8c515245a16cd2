import { inOrderOfNeed } from './in-order.js'
import type { Plan } from './plan.js'

/** The chain of tasks that is longest, each counted as long as `lengthOf` says. */
export function criticalPath(
  plan: Pick<Plan, 'order' | 'dependencies'>,
  lengthOf: (task: string) => number,
): readonly string[] {
  const { dependencies } = plan
  const lengths = new Map<string, number>()
  const before = new Map<string, string>()
  let last: string | undefined
  for (const name of inOrderOfNeed(plan)) {
    let length = 0
    for (const needed of dependencies[name] ?? []) {
      const there = lengths.get(needed)
      if (there === undefined || (before.has(name) && there <= length)) continue
      length = there
      before.set(name, needed)
    }
    length += lengthOf(name)
    lengths.set(name, length)
    if (last === undefined || length > (lengths.get(last) as number)) last = name
  }
  const path: string[] = []
  for (let name = last; name !== undefined; name = before.get(name)) path.push(name)
  return Object.freeze(path.reverse())
}
