import { durationText } from '../../seeing/durations.js'
import type { RunTrace } from '../../seeing/run-trace.js'
import type { TaskTrace } from '../../seeing/task-trace.js'
import { notesOf } from '../../seeing/waterfall.js'
import { escaped, short } from './escape.js'
import { type GraphEdge, type GraphNode, layered } from './graph-layers.js'
import { type Band, type GraphSizes, middleOf, placed } from './graph-placing.js'
import { lookOf, type RunView } from './run-view.js'

/** Up to so many tasks and inputs their boxes have names on them; more are dots. */
const mostBoxes = 90
/** Above, edges go straight instead of round the nodes between. */
const mostBends = 1500
const margin = 14
const nameLength = 17

const boxes: GraphSizes = {
  nodeWidth: 142,
  nodeHeight: 40,
  layerGap: 46,
  rowGap: 12,
  bendHeight: 2,
  mostRows: 24,
  bandWidth: 1700,
}

const dots: GraphSizes = {
  nodeWidth: 13,
  nodeHeight: 13,
  layerGap: 16,
  rowGap: 5,
  bendHeight: 0,
  mostRows: 30,
  bandWidth: 1100,
}

/** The graph in layers, from left to right. */
export function graphView(view: RunView): string {
  const { plan } = view.run
  if (plan === undefined || plan.tasks.length === 0) return ''
  const hasBoxes = plan.tasks.length + plan.inputs.length <= mostBoxes
  const sizes = hasBoxes ? boxes : dots
  const hasBends = hasBoxes && bendsOf(view.run) <= mostBends
  const { layers, edges } = layered(plan, hasBoxes, hasBends)
  const bands = placed(layers, sizes)
  const width = bands.reduce((most, band) => Math.max(most, band.width), 0) + 2 * margin
  const height = (bands.at(-1) as Band).top + (bands.at(-1) as Band).height + 2 * margin
  const bandOf = new Map(bands.flatMap((band) => band.layers.flat().map((node) => [node, band])))
  const paths = edges.map((edge) => edgePath(edge, view, sizes, bandOf))
  const nodes = layers.flat().map((node) => nodeBox(node, view, sizes, hasBoxes))
  return `<section class="card"><h2>Graph</h2><p class="hint">${hint(plan.tasks.length, bands.length, hasBoxes)}</p>
<div class="graph"><svg viewBox="${-margin} ${-margin} ${short(width)} ${short(height)}" style="--w:${Math.ceil(width)}px" class="${hasBoxes ? 'boxes' : 'dots'}" role="group" aria-label="Graph of tasks">
<g class="edges">${paths.join('')}</g>
${nodes.join('\n')}
</svg></div></section>`
}

function hint(count: number, bands: number, hasBoxes: boolean): string {
  const tasks = count === 1 ? 'One task' : `${count} tasks`
  const rows = bands > 1 ? ', continued in the next row' : ''
  const way = count > 1 ? `; each stands to the right of what it waits for${rows}` : ''
  return `${tasks}${way}. Strong lines: critical path.${hasBoxes ? '' : ' Point at a dot for its name.'}`
}

function bendsOf({ plan }: RunTrace): number {
  const layers = new Map<string, number>()
  let bends = 0
  for (const { name, dependencies } of plan?.tasks ?? []) {
    const before = dependencies.map((one) => layers.get(one) ?? 0)
    const layer = Math.max(-1, ...before) + 1
    layers.set(name, layer)
    for (const one of before) bends += layer - one - 1
  }
  return bends
}

function nodeBox(node: GraphNode, view: RunView, sizes: GraphSizes, hasBoxes: boolean): string {
  if (node.kind === 'bend') return ''
  const at = `transform="translate(${short(node.x)} ${short(node.y)})"`
  if (node.kind === 'input') return inputBox(node, sizes, at)
  const task = view.run.tasks.get(node.name) as TaskTrace
  const number = view.numbers.get(task)
  const look = `${lookOf(task)}${view.critical.has(task) ? ' crit' : ''}`
  const inside = hasBoxes ? boxText(task, view, sizes) : ''
  const radius = hasBoxes ? 7 : 3
  return `<g ${at} class="node ${look}" data-n="${number}" tabindex="-1" role="button" aria-label="${escaped(task.name)}"><rect width="${sizes.nodeWidth}" height="${sizes.nodeHeight}" rx="${radius}"/>${inside}</g>`
}

function inputBox({ name }: GraphNode, { nodeWidth, nodeHeight }: GraphSizes, at: string): string {
  const top = (nodeHeight - 26) / 2
  return `<g ${at} class="input" data-t="${escaped(`${name}\ninput`)}"><rect y="${top}" width="${nodeWidth}" height="26" rx="13"/><text x="${nodeWidth / 2}" y="${top + 17}" text-anchor="middle">${escaped(cut(name))}</text></g>`
}

function boxText(task: TaskTrace, { run, longestMs }: RunView, { nodeWidth }: GraphSizes): string {
  const ran = task.startedAt === undefined ? [] : [durationText(run.runMs(task))]
  const facts = [...ran, ...notesOf(task).map(briefly)]
  const share = longestMs > 0 ? (run.runMs(task) / longestMs) * (nodeWidth - 20) : 0
  return `<text x="10" y="16">${escaped(cut(task.name))}</text><text x="10" y="30" class="sub">${escaped(cut(facts.join(' · '), 21))}</text><rect class="share" x="10" y="34.5" width="${short(share)}" height="2.5" rx="1"/>`
}

/** A note as short as a box is narrow. */
function briefly(note: string): string {
  return note.replace(/^skipped:.*/, 'skipped').replace(/^(\d+) retr(y|ies)$/, '↻$1')
}

function edgePath(
  edge: GraphEdge,
  { run, numbers, critical }: RunView,
  sizes: GraphSizes,
  bandOf: ReadonlyMap<GraphNode, Band>,
): string {
  const from = run.tasks.get((edge[0] as GraphNode).name)
  const to = run.tasks.get((edge.at(-1) as GraphNode).name)
  const steps = edge.slice(1).map((node, i) => step(edge[i] as GraphNode, node, sizes, bandOf))
  const isCritical = from && to && critical.get(to) === from
  const ends = `${from ? numbers.get(from) : ''},${to ? numbers.get(to) : ''}`
  return `<path d="${steps.join('')}" data-e="${ends}"${isCritical ? ' class="crit"' : ''}/>`
}

/** A curve to the next layer; where that is in another band, a line out to the right and one in from the left. */
function step(
  from: GraphNode,
  to: GraphNode,
  sizes: GraphSizes,
  bandOf: ReadonlyMap<GraphNode, Band>,
): string {
  const x1 = from.x + sizes.nodeWidth
  const y1 = middleOf(from, sizes)
  const y2 = middleOf(to, sizes)
  if (bandOf.get(from) !== bandOf.get(to)) {
    const out = Math.min(sizes.layerGap / 2, margin)
    return `M${short(x1)} ${short(y1)}h${out}M${short(to.x - out)} ${short(y2)}h${out}${through(to, sizes)}`
  }
  const bend = Math.max((to.x - x1) / 2, 6)
  return `M${short(x1)} ${short(y1)}C${short(x1 + bend)} ${short(y1)} ${short(to.x - bend)} ${short(y2)} ${short(to.x)} ${short(y2)}${through(to, sizes)}`
}

/** A bend takes the width of its layer's nodes, so that an edge passes between them straight. */
function through({ kind }: GraphNode, { nodeWidth }: GraphSizes): string {
  return kind === 'bend' ? `h${nodeWidth}` : ''
}

function cut(text: string, length = nameLength): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}
