import { describe, expect, it } from 'vitest'
import { paces } from '../src/harness/suite.js'
import { type TimedContestant, timedPath } from '../src/harness/timed-path.js'

describe('timedPath', () => {
  it('gives wall and CPU time of a run per item', async () => {
    const sampler = await opened(async () => 3)
    const figures = await sampler.sample()
    expect(Object.keys(figures)).toEqual(['wallUs', 'cpuUs'])
    expect(Object.values(figures).every((value) => value >= 0)).toBe(true)
  })

  it('refuses a wrong output already in the warm-up', async () => {
    await expect(opened(async () => 4)).rejects.toThrow('got 4')
  })

  it('warms up with as many runs as the path says', async () => {
    let runs = 0
    const run = () => {
      runs++
      return 3
    }
    await opened(run, 7)
    expect(runs).toBe(7)
  })

  it('warms a contestant up with more runs that it needs', async () => {
    let runs = 0
    const run = () => {
      runs++
      return 3
    }
    await opened(run, 7, { warmUpRuns: 9 })
    expect(runs).toBe(9)
  })

  it('begins a sample with one that does not count', async () => {
    let runs = 0
    const sampler = await opened(() => {
      runs++
      return 3
    })
    expect(runs).toBe(1)
    await sampler.sample()
    expect(runs).toBe(3)
  })

  it('checks every run, not only the first', async () => {
    let output = 3
    const sampler = await opened(() => output)
    output = 4
    await expect(sampler.sample()).rejects.toThrow('got 4')
  })
})

function opened(
  run: () => number | Promise<number>,
  warmUpRuns = 1,
  more: Partial<TimedContestant<number>> = {},
) {
  const path = timedPath<number>({
    name: 'three',
    title: 'three',
    unit: 'item',
    items: 3,
    warmUpRuns,
    check: (output, items) => {
      if (output !== items) throw new Error(`Expected ${items}, got ${output}.`)
    },
    contestants: [{ name: 'one', role: 'ours', prepare: async () => run, ...more }],
  })
  const [contestant] = path.contestants
  if (!contestant) throw new Error('Expected a contestant.')
  return contestant.open(paces.tiny)
}
