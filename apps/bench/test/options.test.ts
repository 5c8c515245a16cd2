import { describe, expect, it } from 'vitest'
import { paces } from '../src/harness/suite.js'
import { parseOptions, UsageError } from '../src/options.js'

describe('parseOptions', () => {
  it('takes everything at the default size when nothing is said', () => {
    expect(parseOptions([])).toEqual({
      suites: [],
      only: [],
      size: 'default',
      pace: paces.default,
      json: 'no',
    })
  })

  it('reads suites and options in any order', () => {
    const options = parseOptions(['pool', '--only', 'map', '--quick', 'weave', '--only=exec'])
    expect(options.suites).toEqual(['pool', 'weave'])
    expect(options.only).toEqual(['map', 'exec'])
    expect(options.size).toBe('quick')
  })

  it('runs the rounds it was asked for, without a budget', () => {
    const { pace } = parseOptions(['--rounds', '5'])
    expect(pace).toEqual({ ...paces.default, rounds: 5, budgetMs: Number.POSITIVE_INFINITY })
  })

  it('keeps the rounds when a size follows', () => {
    expect(parseOptions(['--rounds=5', '--full']).pace.rounds).toBe(5)
  })

  it('writes JSON to a .json file, else to stdout', () => {
    expect(parseOptions(['--json', 'out.json']).json).toEqual({ file: 'out.json' })
    expect(parseOptions(['--json=out']).json).toEqual({ file: 'out' })
    const named = parseOptions(['--json', 'pool'])
    expect(named.json).toBe('stdout')
    expect(named.suites).toEqual(['pool'])
  })

  it('passes over the -- of a package manager', () => {
    expect(parseOptions(['--', 'pool']).suites).toEqual(['pool'])
  })

  it.each([
    [['--fast']],
    [['-q']],
    [['--rounds']],
    [['--rounds', '0']],
    [['--rounds', '2.5']],
    [['--rounds', 'many']],
    [['--only']],
  ])('refuses %j', (words) => {
    expect(() => parseOptions(words)).toThrow(UsageError)
  })
})
