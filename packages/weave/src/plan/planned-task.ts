import { firstInput, type Graph, isDeclared, isMapped, isOpaque, predecessors } from './graph.js'
import { type Places, placeOf } from './places.js'

/** One task of a plan. */
export interface PlannedTask {
  readonly kind: 'task' | 'each'
  /** What a mapped task maps over: the name of its source, or how many items a list has. */
  readonly over?: string | number
  /** `undefined`: a plain function may still return a promise. */
  readonly async: boolean | undefined
  /** `'here'`, an executor's name, or `'default'` for a declared task where only the run will know. */
  readonly runsOn: string
  /** Why its parameter could not be read: it waits for everything earlier. */
  readonly opaque?: string
  /** What it only comes after: it waits for these and receives nothing from them. */
  readonly after?: readonly string[]
}

/** What a plan says of task number `task`. */
export function plannedTask(graph: Graph, task: number, places: Places): PlannedTask {
  const flags = graph.flags[task] as number
  const over = sourceOf(graph, task)
  const opaque = graph.opaque.get(task)
  const after = afterNames(graph, task)
  const isAsync =
    (flags & isDeclared) !== 0 || graph.bodies[task]?.constructor.name === 'AsyncFunction'
  return Object.freeze({
    kind: flags & isMapped ? 'each' : 'task',
    ...(over !== undefined && { over }),
    async: isAsync || undefined,
    runsOn: placeOf(graph, task, places),
    ...(opaque !== undefined && { opaque }),
    ...(after.length > 0 && { after: Object.freeze(after) }),
  })
}

function sourceOf(graph: Graph, task: number): string | number | undefined {
  const source = graph.sources.get(task)
  if (typeof source === 'number') return originName(graph, source)
  if (Array.isArray(source)) return source.length
  if (source instanceof Map || source instanceof Set) return source.size
  return undefined
}

/** Names of tasks and inputs that `task` waits for, each once. */
export function dependencyNames(graph: Graph, task: number): string[] {
  if ((graph.flags[task] as number) & isOpaque) {
    return [...graph.inputNames, ...graph.names.slice(0, graph.seen.get(task))]
  }
  return [...new Set([...receivedNames(graph, task), ...edgeNames(graph, task)])]
}

function afterNames(graph: Graph, task: number): string[] {
  if ((graph.flags[task] as number) & isOpaque) return []
  const received = new Set(receivedNames(graph, task))
  return [...new Set(edgeNames(graph, task))].filter((name) => !received.has(name))
}

function receivedNames(graph: Graph, task: number): string[] {
  const source = graph.sources.get(task)
  const origins = graph.origins.subarray(graph.keyStart[task], graph.keyStart[task + 1])
  const all = typeof source === 'number' ? [source, ...origins] : [...origins]
  return all.map((origin) => originName(graph, origin))
}

function edgeNames(graph: Graph, task: number): string[] {
  return predecessors(graph, task).map((one) => graph.names[one] as string)
}

function originName(graph: Graph, origin: number): string {
  return (origin >= 0 ? graph.names[origin] : graph.inputNames[firstInput - origin]) as string
}
