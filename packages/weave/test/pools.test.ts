import { inline, route, task } from '@conc/core'
import { Pool } from '@conc/pool'
import { TaskPool } from '@conc/taskpool'
import { describe, expect, it } from 'vitest'
import { weave } from '../src/index.js'

const double = task('pools/double', (n: number) => n * 2)
const upTo = task('pools/up-to', function* (n: number) {
  for (let i = 1; i <= n; i++) yield i
})

const doubled = weave({ n: 3 })
  .do('numbers', async ({ n }) => {
    const numbers: number[] = []
    for await (const number of upTo(n)) numbers.push(number)
    return numbers
  })
  .each('doubled', 'numbers', double)
  .do('sum', ({ doubled }) => doubled.reduce((sum, n) => sum + n))

/** Runs declared tasks only, as workers elsewhere do, and notes which. */
function workers(seen: string[]) {
  const pick = (work: { name: string }) => {
    seen.push(work.name)
    return inline()
  }
  return route(pick, { name: 'workers', capabilities: { closures: false } })
}

describe('a weave on a pool before workers', () => {
  it.each([
    ['Pool', (seen: string[]) => new Pool({ size: 1, executor: workers(seen) })],
    ['TaskPool', (seen: string[]) => new TaskPool({ poolSize: 1, executor: workers(seen) })],
  ])('runs its functions here and its tasks on them: %s', async (_, make) => {
    const seen: string[] = []
    await using pool = make(seen)
    expect((await doubled.run({ executor: pool })).sum).toBe(12)
    expect(seen).toEqual(['pools/up-to', 'pools/double', 'pools/double', 'pools/double'])
  })

  it('is told what to do where one that takes functions hands them to one that does not', async () => {
    const seen: string[] = []
    await expect(doubled.run({ executor: route(() => workers(seen)) })).rejects.toThrow(
      "Executor 'workers' runs declared tasks only, and 'numbers' is a plain function. Declare it: task('…', fn) from @conc/core.",
    )
    expect(seen).toEqual([])
  })
})
