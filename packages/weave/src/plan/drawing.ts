import type { InspectOptions } from 'node:util'
import type { Plan } from './plan.js'
import type { PlannedTask } from './planned-task.js'

/** A flowchart for Mermaid. */
export function toMermaid(plan: Plan): string {
  const ids = new Map([...plan.inputs, ...plan.order].map((name, place) => [name, `n${place}`]))
  const label = (name: string): string => `"${mermaidText(name)}"`
  const lines = ['flowchart TD']
  for (const name of plan.inputs) lines.push(`  ${ids.get(name)}([${label(name)}])`)
  for (const name of plan.order) {
    const [open, close] = planned(plan, name).kind === 'each' ? ['[[', ']]'] : ['[', ']']
    lines.push(`  ${ids.get(name)}${open}${label(name)}${close}`)
  }
  for (const { from, to, isOrder } of edgesOf(plan)) {
    lines.push(`  ${ids.get(from)} ${isOrder ? '-.->' : '-->'} ${ids.get(to)}`)
  }
  return `${lines.join('\n')}\n`
}

/** A digraph for Graphviz. */
export function toDot(plan: Plan): string {
  const quoted = (name: string): string => JSON.stringify(name)
  const lines = ['digraph weave {']
  for (const name of plan.inputs) lines.push(`  ${quoted(name)} [shape=ellipse];`)
  for (const name of plan.order) {
    const shape = planned(plan, name).kind === 'each' ? 'box3d' : 'box'
    lines.push(`  ${quoted(name)} [shape=${shape}];`)
  }
  for (const { from, to, isOrder } of edgesOf(plan)) {
    lines.push(`  ${quoted(from)} -> ${quoted(to)}${isOrder ? ' [style=dashed]' : ''};`)
  }
  return `${[...lines, '}'].join('\n')}\n`
}

/** One line per task: what it is and what it waits for. */
export function toText(plan: Plan): string {
  const tierOf = new Map(plan.tiers.flatMap((names, tier) => names.map((name) => [name, tier + 1])))
  const width = Math.max(0, ...plan.order.map((name) => name.length))
  const tierWidth = String(plan.tiers.length).length
  return plan.order
    .map((name) => {
      const tier = String(tierOf.get(name)).padStart(tierWidth)
      return `${tier}  ${name.padEnd(width)}  ${factsOf(plan, name).join('; ')}`.trimEnd()
    })
    .join('\n')
}

/** A plan as `console.log` shows it: its text, as far as lists are shown. */
export function inspectPlan(plan: Plan, depth: number, { maxArrayLength }: InspectOptions): string {
  if (depth < 0) return '[Plan]'
  const lines = plan.order.length === 0 ? [] : toText(plan).split('\n')
  const shown = lines.slice(0, maxArrayLength ?? lines.length)
  if (shown.length < lines.length) shown.push(`… and ${lines.length - shown.length} more`)
  const inputs = plan.inputs.length === 0 ? '' : `, inputs: ${plan.inputs.join(', ')}`
  return [`Plan (tasks: ${plan.order.length}${inputs})`, ...shown].join('\n  ')
}

/** Mermaid reads entities, markup and line ends in a label: all but plain text goes in by number. */
function mermaidText(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N} _./:+-]/gu, (one) => `#${one.codePointAt(0)};`)
}

function factsOf(plan: Plan, name: string): string[] {
  const { kind, over, runsOn, opaque, after = [] } = planned(plan, name)
  const facts: string[] = []
  if (kind === 'each') facts.push(overText(over))
  const needed = (plan.dependencies[name] ?? []).filter(
    (one) => one !== over && !after.includes(one),
  )
  if (opaque !== undefined) facts.push(`waits for everything earlier: ${opaque}`)
  else if (needed.length > 0) facts.push(`needs ${needed.join(', ')}`)
  if (after.length > 0) facts.push(`after ${after.join(', ')}`)
  if (runsOn === 'default') facts.push("on the run's executor")
  else if (runsOn !== 'here') facts.push(`on ${runsOn}`)
  return facts
}

function overText(over: string | number | undefined): string {
  if (over === undefined) return 'each of an iterable'
  return typeof over === 'number' ? `each of ${over} items` : `each of ${over}`
}

function planned(plan: Plan, name: string): PlannedTask {
  return plan.tasks[name] as PlannedTask
}

interface Edge {
  readonly from: string
  readonly to: string
  /** Nothing goes along it. */
  readonly isOrder: boolean
}

function edgesOf(plan: Plan): Edge[] {
  return plan.order.flatMap((to) => {
    const after = new Set(planned(plan, to).after)
    const needed = plan.dependencies[to] ?? []
    return needed.map((from): Edge => ({ from, to, isOrder: after.has(from) }))
  })
}
