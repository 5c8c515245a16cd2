import { inOrderOfNeed } from '../plan/in-order.js'
import type { PlanJSON } from '../plan/plan.js'

type Planned = PlanJSON['tasks'][number]

const mostNames = 6

/** A plan for people who look for what waits for what: a table, a line per task. */
export function planText({ tasks, inputs }: PlanJSON): string[] {
  const tiers = tiersByName(tasks)
  const unblocks = dependentsByName(tasks)
  const rows = tasks.map((task) => [
    String(tiers.get(task.name)),
    task.name,
    kindOf(task),
    waitsFor(task),
    listed(unblocks.get(task.name) ?? []),
  ])
  const tierCount = Math.max(0, ...tiers.values())
  const given = inputs.length > 0 ? `; inputs: ${inputs.join(', ')}` : ''
  const heading = `${counted(tasks.length, 'task')} in ${counted(tierCount, 'tier')}${given}`
  if (tasks.length === 0) return [heading]
  return [heading, ...table([['tier', 'task', 'kind', 'waits for', 'unblocks'], ...rows])]
}

function kindOf({ kind, over, async, runsOn }: Planned): string {
  const facts: string[] = []
  if (kind === 'each') facts.push(`mapped over ${overText(over)}`)
  facts.push(async ? 'async' : 'function')
  if (runsOn !== 'here') facts.push(`on ${runsOn}`)
  return facts.join(', ')
}

function overText(over: Planned['over']): string {
  if (over === undefined) return 'an iterable'
  return typeof over === 'number' ? counted(over, 'item') : over
}

function waitsFor({ opaque, dependencies }: Planned): string {
  if (opaque !== undefined) return `everything earlier: it ${opaque}`
  return listed(dependencies)
}

function tiersByName(tasks: readonly Planned[]): ReadonlyMap<string, number> {
  const tiers = new Map<string, number>()
  const order = tasks.map(({ name }) => name)
  const dependencies = Object.fromEntries(tasks.map((one) => [one.name, one.dependencies]))
  for (const name of inOrderOfNeed({ order, dependencies })) {
    const before = dependencies[name]?.reduce((tier, one) => Math.max(tier, tiers.get(one) ?? 0), 0)
    tiers.set(name, (before ?? 0) + 1)
  }
  return tiers
}

function dependentsByName(tasks: readonly Planned[]): ReadonlyMap<string, string[]> {
  const dependents = new Map(tasks.map(({ name }): [string, string[]] => [name, []]))
  for (const { name, dependencies } of tasks) {
    for (const one of dependencies) dependents.get(one)?.push(name)
  }
  return dependents
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return '-'
  const shown = names.slice(0, mostNames).join(', ')
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
