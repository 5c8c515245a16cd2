import { describe, expect, it } from 'vitest'
import { type RoundsOptions, rotated, runRounds } from '../src/harness/rounds.js'
import { openHere } from '../src/harness/session.js'
import { madeContestant, madePath } from './made-path.js'

const options: RoundsOptions = {
  suite: 'made',
  size: 'tiny',
  pace: { rounds: 3, warmUpMs: 0, sampleMs: 0, budgetMs: Number.POSITIVE_INFINITY },
  open: openHere,
}

describe('rotated', () => {
  it('begins one further each round', () => {
    const rounds = [0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join(''))
    expect(rounds).toEqual(['abc', 'bca', 'cab', 'abc'])
  })

  it('takes an empty list', () => {
    expect(rotated([], 2)).toEqual([])
  })
})

describe('runRounds', () => {
  it('samples everybody once a round, in rotated order', async () => {
    const order: string[] = []
    await runRounds(madePath(['a', 'b', 'c'].map((name) => noting(name, order))), options)
    expect(order.join('')).toBe('abcbcacab')
  })

  it('keeps the order of the path in its results', async () => {
    const path = madePath(['a', 'b'].map((name) => noting(name, [])))
    const measured = await runRounds(path, options)
    expect(measured.map(({ contestant }) => contestant.name)).toEqual(['a', 'b'])
    expect(measured.map(({ samples }) => samples.length)).toEqual([3, 3])
  })

  it('stops at the bound of the path', async () => {
    const [only] = await runRounds(madePath([noting('a', [])], 1), options)
    expect(only?.samples).toHaveLength(1)
  })

  it('begins no fourth round beyond the budget', async () => {
    const pace = { ...options.pace, rounds: 10, budgetMs: 0 }
    const [only] = await runRounds(madePath([noting('a', [])]), { ...options, pace })
    expect(only?.samples).toHaveLength(3)
  })

  it('runs as many as the path needs, whatever the budget', async () => {
    const pace = { ...options.pace, rounds: 10, budgetMs: 0 }
    const path = { ...madePath([noting('a', [])]), minRounds: 5 }
    const [only] = await runRounds(path, { ...options, pace })
    expect(only?.samples).toHaveLength(5)
  })

  it('lets one that fails sit out, and the others go on', async () => {
    const failing = madeContestant('bad', 'peer', () => {
      throw new Error('wrong output')
    })
    const measured = await runRounds(madePath([failing, noting('good', [])]), options)
    expect(measured[0]).toMatchObject({ samples: [], error: 'wrong output' })
    expect(measured[1]?.samples).toHaveLength(3)
  })

  it('reports one that cannot be opened', async () => {
    const failing = madeContestant('bad', 'peer', () => ({}), {
      open: () => Promise.reject(new Error('needs a newer Node')),
    })
    const [only] = await runRounds(madePath([failing]), options)
    expect(only?.error).toBe('needs a newer Node')
  })

  it('closes every session', async () => {
    const closed: string[] = []
    const path = madePath(['a', 'b'].map((name) => noting(name, [])))
    await runRounds(path, {
      ...options,
      open: async (ticket, contestant) => ({
        ...(await openHere(ticket, contestant)),
        close: async () => {
          closed.push(ticket.contestant)
        },
      }),
    })
    expect(closed).toEqual(['a', 'b'])
  })
})

function noting(name: string, order: string[]) {
  return madeContestant(name, 'peer', () => {
    order.push(name)
    return { us: 1 }
  })
}
