import { balance, inline, limit, QueueFullError, task, WorkerLostError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { TaskPool } from '../src/index.js'

let runs = 0
const flaky = task('taskpool-test/lets-out', (failures: number) => {
  if (++runs <= failures) throw new WorkerLostError('lost elsewhere', { started: true })
  return runs
})
const flakyItems = task('taskpool-test/items-let-out', async function* (failures: number) {
  yield await flaky(failures)
})
const refused = task('taskpool-test/lets-out-refusal', (): number => {
  runs++
  throw new QueueFullError('full elsewhere')
})

const pools: [string, () => TaskPool][] = [
  ['a task pool', () => new TaskPool()],
  ['a task pool on an executor', () => new TaskPool({ executor: limit(inline(), 2) })],
]

describe.each(pools)(
  '%s, for a body that lets out the error of another executor,',
  (_name, make) => {
    it('repeats it where that is asked for', async () => {
      runs = 0
      expect(await make().submit(flaky, [4], { retry: 4 })).toBe(5)
      runs = 0
      expect(await make().submit(() => flaky(4), [], { retry: 4 })).toBe(5)
    })

    it('begins its stream again where that is asked for', async () => {
      runs = 0
      const items = make().stream(flakyItems, [4], { retry: 4 })
      expect(await items.next()).toEqual({ done: false, value: 5 })
      await items.return()
    })

    it('tells who is in front', async () => {
      const pool = make()
      runs = 0
      const inTurn = balance([pool, limit(pool, 1)])
      await expect(inTurn.submit(refused, [])).rejects.toThrow('full elsewhere')
      expect(runs).toBe(1)
    })
  },
)
