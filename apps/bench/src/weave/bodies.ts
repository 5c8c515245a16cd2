import type { Shape, ShapeNode } from './shapes.js'

/** One more than the largest value it needs, destructured from an object that has at least these. */
export type Body = (deps: never) => Promise<number>

/**
 * One function per node, `async ({ left3, right3 }) => Math.max(left3, right3) + 1`, as a user would write it. All
 * contestants call the same ones; weave reads names from their parameters where it is not told.
 */
export function bodiesOf({ nodes }: Shape): Body[] {
  return closureMakers(nodes).map((make) => make())
}

/** For the row that pays for new function objects in every run: closures of code that is compiled already. */
export function closureMakersOf({ nodes }: Shape): (() => Body)[] {
  return closureMakers(nodes)
}

function closureMakers(nodes: readonly ShapeNode[]): (() => Body)[] {
  return nodes.map(({ needs }) => new Function(`return ${source(needs)}`) as () => Body)
}

function source(needs: readonly string[]): string {
  if (needs.length === 0) return 'async () => 1'
  if (needs.length === 1) return `async ({ ${needs[0]} }) => ${needs[0]} + 1`
  return `async ({ ${needs.join(', ')} }) => Math.max(${needs.join(', ')}) + 1`
}
