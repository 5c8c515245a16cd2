import { describe, expect, it } from 'vitest'
import { judge } from '../src/harness/judge.js'
import type { Contestant, Goal, Role } from '../src/harness/suite.js'
import { renderPath } from '../src/harness/table.js'
import { madeContestant, madePath } from './made-path.js'

describe('judge', () => {
  it('sets medians in proportion to the floor and to ours', () => {
    const result = judged(
      ['loop', 'floor', [1, 2, 3]],
      ['ours', 'ours', [2, 3, 4]],
      ['peer', 'peer', [12, 11, 13]],
    )
    const [loop, ours, peer] = result.contestants
    expect(loop?.timesFloor).toEqual({ us: 1 })
    expect(ours?.timesFloor).toEqual({ us: 1.5 })
    expect(ours?.timesOurs).toBeUndefined()
    expect(peer?.timesFloor).toEqual({ us: 6 })
    expect(peer?.timesOurs).toEqual({ us: 4 })
  })

  it.each<[Goal, number, boolean]>([
    [{ timesFloor: 1.5 }, 1.5, true],
    [{ timesFloor: 1.5 }, 1.6, false],
    [{ atMost: 200 }, 200, true],
    [{ atMost: 200 }, 201, false],
  ])('holds ours against %j: %d', (goal, value, met) => {
    const result = judged(['floor', 'floor', [1]], ['ours', 'ours', [value], goal])
    expect(result.contestants[1]?.goal).toMatchObject({ value, met })
  })

  it.each<[number, number, boolean]>([
    [5, 5, true],
    [5, 4.9, false],
    [1, 1.1, true],
    [1, 1, false],
  ])('holds ours against a peer: %dx faster at %d', (timesFaster, us, met) => {
    const result = judged(['ours', 'ours', [1]], ['peer', 'peer', [us], { timesFaster }])
    expect(result.contestants[1]?.goal).toMatchObject({ value: us, met })
  })

  it('has no figures, ratios or verdict for one that failed', () => {
    const path = madePath([row('ours', 'ours', { timesFloor: 2 })])
    const [contestant] = path.contestants
    const result = judge(path, [{ contestant: contestant as Contestant, samples: [], error: 'no' }])
    expect(result.contestants).toEqual([
      { name: 'ours', role: 'ours', items: 1, rounds: 0, figures: {}, error: 'no' },
    ])
  })
})

describe('renderPath', () => {
  it('prints a row for each, with figures, ratios, verdicts and errors', () => {
    const path = madePath([
      row('loop', 'floor'),
      row('ours', 'ours', { timesFloor: 2 }),
      row('peer', 'peer'),
    ])
    const [loop, ours, peer] = path.contestants as [Contestant, Contestant, Contestant]
    const result = judge(path, [
      { contestant: loop, samples: [{ us: 1 }] },
      { contestant: ours, samples: [{ us: 2 }, { us: 4 }] },
      { contestant: peer, samples: [], error: 'hangs' },
    ])
    const lines = renderPath(path, result).split('\n')
    expect(lines[0]).toBe('made: made up')
    expect(lines[2]).toMatch(/^ {2}loop +1\.0 +1\.00$/)
    expect(lines[3]).toMatch(/^ {2}\* ours +3\.0 \[2\.5 3\.5\] +3\.00 +<= 2x floor: NOT MET$/)
    expect(lines[4]).toMatch(/^ {2}peer +failed: hangs$/)
  })
})

function judged(...rows: [name: string, role: Role, us: number[], goal?: Goal][]) {
  const contestants = rows.map(([name, role, , goal]) => row(name, role, goal))
  const measured = rows.map(([, , values], index) => ({
    contestant: contestants[index] as Contestant,
    samples: values.map((us) => ({ us })),
  }))
  return judge(madePath(contestants), measured)
}

function row(name: string, role: Role, goal?: Goal): Contestant {
  return madeContestant(name, role, () => ({ us: 1 }), goal ? { goal } : {})
}
