import { fork } from 'node:child_process'
import { once } from 'node:events'
import { builtFile } from '../harness/built-file.js'
import type { Path } from '../harness/suite.js'
import { type ToldTimeContestant, toldTimePath } from '../harness/told-time-path.js'

/** From nothing to the first result of two worker processes, which import a module of tasks. Their end does not count. */
export function poolStart(items: number): Path {
  return toldTimePath({
    name: 'pool/start',
    title: 'two worker processes, from nothing to the first result',
    unit: 'start',
    items,
    contestants: [children, workerPool],
  })
}

const children: ToldTimeContestant = {
  name: 'two child processes',
  role: 'floor',
  prepare: async () => async () => {
    const start = performance.now()
    const entry = builtFile(import.meta.url, 'pool-start.entry.js')
    const both = [1, 2].map(() => fork(entry, { execArgv: [] }))
    await Promise.all(both.map((child) => once(child, 'message')))
    const [first] = both
    first?.send([1, 1])
    if (first !== undefined) expectTwo((await once(first, 'message'))[0])
    const us = (performance.now() - start) * 1000
    for (const child of both) child.kill()
    await Promise.all(both.map((child) => once(child, 'exit')))
    return us
  },
}

const workerPool: ToldTimeContestant = {
  name: 'withPool({ breadth: 2 })',
  role: 'ours',
  goal: { timesFloor: 1.5 },
  prepare: async () => {
    const [{ withPool }, { addTask }] = await Promise.all([
      import('@conc/distributed'),
      import('./pool-tasks.js'),
    ])
    return async () => {
      const start = performance.now()
      return await withPool({ breadth: 2 }, async () => {
        expectTwo(await addTask(1, 1))
        return (performance.now() - start) * 1000
      })
    }
  },
}

function expectTwo(sum: unknown): void {
  if (sum !== 2) throw new Error(`Expected 2, got ${String(sum)}.`)
}
