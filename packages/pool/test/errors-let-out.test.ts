import { balance, inline, limit, QueueFullError, task, WorkerLostError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { Pool } from '../src/index.js'

let runs = 0
const flaky = task('pool-test/lets-out', (failures: number) => {
  if (++runs <= failures) throw new WorkerLostError('lost elsewhere', { started: true })
  return runs
})
const flakyItems = task('pool-test/items-let-out', async function* (failures: number) {
  yield await flaky(failures)
})
const refused = task('pool-test/lets-out-refusal', (): number => {
  runs++
  throw new QueueFullError('full elsewhere')
})

const pools: [string, () => Pool][] = [
  ['a pool', () => new Pool()],
  ['a pool on an executor', () => new Pool({ executor: limit(inline(), 2) })],
  ['a pool on a pool', () => new Pool({ executor: new Pool() })],
]

describe.each(pools)(
  '%s, for a body that lets out the error of another executor,',
  (_name, make) => {
    it('repeats it where that is asked for', async () => {
      runs = 0
      expect(await make().submit(flaky, [4], { retry: 4 })).toBe(5)
      runs = 0
      expect(await make().exec(flaky, { args: [4], retry: 4 })).toBe(5)
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
      expect(await limit(pool, 1).submit(flaky, [4], { retry: 4 })).toBe(5)
      runs = 0
      const inTurn = balance([pool, limit(pool, 1)])
      await expect(inTurn.submit(refused, [])).rejects.toThrow('full elsewhere')
      await expect(inTurn.submit(() => refused(), [])).rejects.toThrow('full elsewhere')
      expect(runs).toBe(2)
    })
  },
)

it('judges functions that run here although the pool has an executor for declared tasks', async () => {
  const executor = inline()
  const declaredOnly = Object.defineProperty(executor, 'capabilities', {
    value: { ...executor.capabilities, closures: false },
  })
  const pool = new Pool({ executor: declaredOnly })
  let attempts = 0
  const call = pool.exec(
    () => {
      if (++attempts < 3) throw new WorkerLostError('lost elsewhere', { started: true })
      return attempts
    },
    { retry: 3 },
  )
  expect(await call).toBe(3)
})
