import type { Graph } from './graph.js'

/** The edges the other way round, sorted by counting. */
export function forward(
  count: number,
  edgeStart: Int32Array,
  edges: Int32Array,
): Pick<Graph, 'waits' | 'nextStart' | 'next'> {
  const waits = new Int32Array(count)
  const nextStart = new Int32Array(count + 1)
  const next = new Int32Array(edges.length)
  for (const from of edges) nextStart[from + 1] = (nextStart[from + 1] as number) + 1
  for (let task = 0; task < count; task++) {
    nextStart[task + 1] = (nextStart[task + 1] as number) + (nextStart[task] as number)
  }
  const place = nextStart.slice(0, count)
  for (let task = 0; task < count; task++) {
    const end = edgeStart[task + 1] as number
    waits[task] = end - (edgeStart[task] as number)
    for (let edge = edgeStart[task] as number; edge < end; edge++) {
      const from = edges[edge] as number
      next[place[from] as number] = task
      place[from] = (place[from] as number) + 1
    }
  }
  return { waits, nextStart, next }
}
