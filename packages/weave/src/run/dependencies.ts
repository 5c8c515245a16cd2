import { firstInput, type Graph, isOpaque } from '../plan/graph.js'
import type { Ledger } from './ledger.js'

export type Dependencies = Readonly<Record<string, unknown>>

const nothing: Dependencies = Object.freeze(Object.create(null))

/**
 * The record that the body of `task` receives. Without a prototype: objects with ever new sets of keys are
 * dictionaries from the start then, where ordinary ones would make a hidden class per key.
 */
export function dependenciesOf(ledger: Ledger, task: number): Dependencies {
  const { graph } = ledger
  const end = graph.keyStart[task + 1] as number
  const start = graph.keyStart[task] as number
  if ((graph.flags[task] as number) & isOpaque) return everythingBefore(ledger, task)
  if (start === end) return nothing
  const record: Record<string, unknown> = Object.create(null)
  for (let place = start; place < end; place++) {
    const origin = graph.origins[place] as number
    const key = graph.keys[place] as string
    if (origin >= 0) record[key] = ledger.values[origin]
    else addInput(record, key, ledger)
  }
  return record
}

/** The value behind a code of `Graph.origins`. */
export function originValue(ledger: Ledger, origin: number): unknown {
  if (origin >= 0) return ledger.values[origin]
  return ledger.inputs[inputName(ledger.graph, origin)]
}

export function inputName(graph: Graph, origin: number): string {
  return graph.inputNames[firstInput - origin] as string
}

function addInput(record: Record<string, unknown>, key: string, { inputs }: Ledger): void {
  // An optional input that was not given stays absent, so that the body's default applies.
  if (key in inputs) record[key] = inputs[key]
}

function everythingBefore({ graph, values, inputs }: Ledger, task: number): Dependencies {
  const record: Record<string, unknown> = Object.assign(Object.create(null), inputs)
  const end = graph.seen.get(task) as number
  for (let other = 0; other < end; other++) record[graph.names[other] as string] = values[other]
  return record
}
