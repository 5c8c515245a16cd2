import { WeaveCycleError } from '../errors.js'
import type { Graph } from './graph.js'

type Edges = Pick<Graph, 'count' | 'names' | 'edgeStart' | 'edges'>

/** Looks for tasks that wait for each other. @throws {WeaveCycleError} */
export function checkCycles(graph: Edges): void {
  const isDone = new Uint8Array(graph.count)
  for (let first = 0; first < graph.count; first++) {
    if (!isDone[first]) walk(graph, first, isDone)
  }
}

/** Goes along the edges with a path in hand, and marks what leads to no cycle. */
function walk({ names, edgeStart, edges }: Edges, first: number, isDone: Uint8Array): void {
  const path = [first]
  const places = new Map([[first, 0]])
  const nextEdge = [edgeStart[first] as number]
  while (path.length > 0) {
    const top = path.length - 1
    const task = path[top] as number
    const edge = nextEdge[top] as number
    if (edge === edgeStart[task + 1]) {
      isDone[task] = 1
      places.delete(task)
      path.pop()
      nextEdge.pop()
      continue
    }
    nextEdge[top] = edge + 1
    const needed = edges[edge] as number
    const place = places.get(needed)
    if (place !== undefined) throw cycle(path.slice(place), names)
    if (isDone[needed]) continue
    places.set(needed, path.push(needed) - 1)
    nextEdge.push(edgeStart[needed] as number)
  }
}

/** In the order in which values would flow. */
function cycle(path: readonly number[], names: readonly string[]): WeaveCycleError {
  return new WeaveCycleError(path.map((task) => names[task] as string).reverse())
}
