import type { PlanJSON } from '../../plan/plan.js'

/** A place in a layer: a task, an input, or a bend of an edge that passes by. */
export interface GraphNode {
  readonly kind: 'task' | 'input' | 'bend'
  /** Of tasks and inputs. */
  readonly name: string
  readonly layer: number
  /** Neighbours in the layers before and after, or in any layer where edges have no bends. */
  readonly before: GraphNode[]
  readonly after: GraphNode[]
  /** Place within its layer. */
  order: number
  x: number
  y: number
}

/** From a node to a node, by way of its bends. */
export type GraphEdge = readonly GraphNode[]

export interface LayeredGraph {
  readonly layers: readonly GraphNode[][]
  readonly edges: readonly GraphEdge[]
}

const sweeps = 8

/** Sorts the tasks of a plan into layers, each behind all that it waits for, and within them so that few edges cross. */
export function layered(plan: PlanJSON, hasInputs: boolean, hasBends: boolean): LayeredGraph {
  const layers: GraphNode[][] = []
  const nodes = new Map<string, GraphNode>()
  const place = (kind: GraphNode['kind'], name: string, layer: number): GraphNode => {
    const node: GraphNode = { kind, name, layer, before: [], after: [], order: 0, x: 0, y: 0 }
    layers[layer] ??= []
    node.order = (layers[layer] as GraphNode[]).push(node) - 1
    return node
  }
  if (hasInputs) for (const name of plan.inputs) nodes.set(name, place('input', name, 0))
  const edges: GraphEdge[] = []
  const firstUsers = firstUsersOf(plan)
  for (const { name, dependencies, opaque } of plan.tasks) {
    const taken = new Set(opaque === undefined ? [] : dependencies)
    const needed = dependencies.flatMap((one) => nodes.get(one) ?? [])
    const isInFirst = needed.length === 0 && !(hasInputs && plan.inputs.length > 0)
    const layer = isInFirst ? 0 : Math.max(0, ...needed.map((node) => node.layer)) + 1
    const node = place('task', name, layer)
    nodes.set(name, node)
    for (const from of needed) {
      // What takes everything would be tied to everything: what others of it wait for is left out.
      if (taken.has(firstUsers.get(from.name) as string)) continue
      edges.push(hasBends ? bent(from, node, place) : straight(from, node))
    }
  }
  order(layers)
  return { layers, edges }
}

/** The first task that waits for each name. */
function firstUsersOf({ tasks }: PlanJSON): ReadonlyMap<string, string> {
  const users = new Map<string, string>()
  for (const { name, dependencies } of tasks) {
    for (const one of dependencies) if (!users.has(one)) users.set(one, name)
  }
  return users
}

function straight(from: GraphNode, to: GraphNode): GraphEdge {
  tie(from, to)
  return [from, to]
}

function bent(
  from: GraphNode,
  to: GraphNode,
  place: (kind: 'bend', name: string, layer: number) => GraphNode,
): GraphEdge {
  const path = [from]
  for (let layer = from.layer + 1; layer < to.layer; layer++) path.push(place('bend', '', layer))
  path.push(to)
  for (let i = 1; i < path.length; i++) tie(path[i - 1] as GraphNode, path[i] as GraphNode)
  return path
}

function tie(from: GraphNode, to: GraphNode): void {
  from.after.push(to)
  to.before.push(from)
}

/** Each node goes to the mean place of its neighbours, forwards and backwards by turns. */
function order(layers: readonly GraphNode[][]): void {
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const isForward = sweep % 2 === 0
    const inTurn = isForward ? layers : [...layers].reverse()
    for (const layer of inTurn) {
      const means = new Map(layer.map((node) => [node, meanOrder(node, isForward)]))
      layer.sort((one, other) => (means.get(one) ?? 0) - (means.get(other) ?? 0))
      layer.forEach((node, position) => {
        node.order = position
      })
    }
  }
}

function meanOrder({ before, after, order: own }: GraphNode, isForward: boolean): number {
  const neighbours = isForward ? before : after
  if (neighbours.length === 0) return own
  return neighbours.reduce((sum, one) => sum + one.order, 0) / neighbours.length
}
