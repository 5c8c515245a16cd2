import { predecessors } from '../plan/graph.js'
import { fulfilled, type Ledger, running, waiting } from '../run/ledger.js'
import type { UnfinishedTask } from './weave-event.js'

/** Every task that has neither ended nor been given up, and what it waits for. */
export function unfinishedTasks(ledger: Ledger): UnfinishedTask[] {
  return [...ledger.standing(waiting, running)].map((task) => {
    const name = ledger.graph.names[task] as string
    if (ledger.status[task] === running) {
      const sinceMs = ledger.startedAt[task] as number
      return { task: name, state: 'running', for: [], sinceMs }
    }
    const { missing, lastMs } = awaited(ledger, task)
    const waitsFor = missing.map((one) => ledger.graph.names[one] as string)
    const state = missing.length === 0 ? 'ready' : 'waiting'
    return { task: name, state, for: waitsFor, sinceMs: lastMs }
  })
}

/** The dependencies that are not there yet, and when the last one came that is. */
function awaited(ledger: Ledger, task: number): { missing: number[]; lastMs: number } {
  const missing: number[] = []
  let lastMs = 0
  for (const one of predecessors(ledger.graph, task)) {
    if (ledger.status[one] === fulfilled) lastMs = Math.max(lastMs, ledger.endedAt[one] as number)
    else if (!missing.includes(one)) missing.push(one)
  }
  return { missing, lastMs }
}
