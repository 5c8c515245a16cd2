import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeAll, describe, expect, it } from 'vitest'
import { judge } from '../src/harness/judge.js'
import { runRounds } from '../src/harness/rounds.js'
import { findContestant, openHere } from '../src/harness/session.js'
import { paces, type Suite } from '../src/harness/suite.js'
import { suites } from '../src/suites.js'

// Heap paths ask for the collector; vitest's workers were started without it.
beforeAll(() => {
  setFlagsFromString('--expose-gc')
  globalThis.gc = runInNewContext('gc') as NodeJS.GCFunction
})

describe.each(suites)('suite $name', (suite) => {
  it.each(suite.paths('tiny'))('$name: every contestant gives the right output', async (path) => {
    const result = judge(path, await runRounds(path, options(suite)))
    const keys = path.metrics.map(({ key }) => key)
    for (const contestant of result.contestants) {
      expect(contestant.error).toBeUndefined()
      expect(Object.keys(contestant.figures)).toEqual(keys)
      expect(contestant.rounds).toBeGreaterThan(0)
    }
  })

  it.each(['quick', 'default', 'full'] as const)('has the same paths and names at %s', (size) => {
    const counts = (of: typeof size | 'tiny') =>
      suite.paths(of).map(({ contestants }) => contestants.length)
    expect(counts(size)).toEqual(counts('tiny'))
  })

  it('names its paths and contestants once, has ours in each and a metric to judge by', () => {
    const paths = suite.paths('tiny')
    expect(new Set(paths.map(({ name }) => name)).size).toBe(paths.length)
    for (const { contestants, metrics, judgedBy } of paths) {
      expect(new Set(contestants.map(({ name }) => name)).size).toBe(contestants.length)
      expect(contestants.some(({ role }) => role === 'ours')).toBe(true)
      expect(metrics.map(({ key }) => key)).toContain(judgedBy)
    }
  })
})

describe('findContestant', () => {
  it('finds one by suite, path and name, and says so when there is none', () => {
    const [suite] = suites as [Suite]
    const [path] = suite.paths('tiny')
    const name = path?.contestants[0]?.name ?? ''
    const ticket = { ...options(suite), path: path?.name ?? '', contestant: name }
    expect(findContestant(suites, { ...ticket, suite: suite.name }).name).toBe(name)
    expect(() => findContestant(suites, { ...ticket, contestant: 'nobody' })).toThrow('nobody')
  })
})

function options({ name }: Suite) {
  return {
    suite: name,
    size: 'tiny',
    pace: paces.tiny,
    isOnOneCore: false,
    open: openHere,
  } as const
}
