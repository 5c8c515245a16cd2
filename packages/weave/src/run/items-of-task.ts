import { inputName, originValue } from './dependencies.js'
import type { Host } from './host.js'
import { type AsyncItems, itemsOf, type SyncItems } from './items.js'

/** The items of a mapped task. @throws {WeaveNotIterableError} there are none. */
export function itemsOfTask({ graph, ledger }: Host, task: number): SyncItems | AsyncItems {
  const source = graph.sources.get(task) as number | object
  const name = graph.names[task] as string
  if (typeof source === 'object') return itemsOf(source, name, undefined)
  const sourceName = source >= 0 ? (graph.names[source] as string) : inputName(graph, source)
  return itemsOf(originValue(ledger, source), name, sourceName)
}
