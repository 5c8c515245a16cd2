import { describe, expect, it } from 'vitest'
import { withFigures } from '../src/figures/figure-blocks.js'
import type { PathResult } from '../src/harness/judge.js'
import type { Results } from '../src/harness/results.js'

const spread = (one: number) => ({ median: one, q1: one, q3: one, min: one, max: one })
const path: PathResult = {
  name: 'map/10',
  title: '1000 tasks, 10 at a time',
  unit: 'task',
  judgedBy: 'cpuUs',
  contestants: [
    { name: 'loop', role: 'floor', items: 1, rounds: 3, figures: { cpuUs: spread(0.1) } },
    {
      name: 'pool.map',
      role: 'ours',
      items: 1,
      rounds: 3,
      figures: { cpuUs: spread(0.123456) },
      timesFloor: { cpuUs: 1.23456 },
      goal: { text: '<= 1.2x floor', value: 1.23456, met: false },
    },
    peer('slow', 35.2),
    peer('quick', 1.91),
    { name: 'broken', role: 'peer', items: 1, rounds: 0, figures: {}, error: 'no' },
  ],
}
const results = {
  format: 1,
  measuredAt: '2026-01-02T03:04:05.000Z',
  machine: { cpu: 'a CPU', cores: 2, node: '20.0.0' },
  suites: [{ name: 'pool', about: '', paths: [path] }],
} as unknown as Results

function peer(name: string, times: number): PathResult['contestants'][number] {
  return { name, role: 'peer', items: 1, rounds: 3, figures: {}, timesOurs: { cpuUs: times } }
}

describe('figures in a README', () => {
  const readme = (inside: string) =>
    `before\n<!-- figures: pool map -->\n${inside}<!-- /figures -->\nafter`

  it('are a table of the wanted paths, with peers in order and the source below', () => {
    const made = withFigures(readme('old\n'), results)
    expect(made).toContain(
      '| 1000 tasks, 10 at a time | 0.123 us a task | 1.23 | <= 1.2x floor: missed | quick 1.91, slow 35 |',
    )
    expect(made).toContain('`pnpm bench pool` on 2026-01-02: 2 cores of a CPU, Node 20.0.0')
    expect(made).toMatch(/^before[\s\S]*after$/)
    expect(made).not.toContain('old')
  })

  it('stay the same when made again', () => {
    const made = withFigures(readme(''), results)
    expect(withFigures(made, results)).toBe(made)
  })

  it('say so where a path was not measured', () => {
    const text = '<!-- figures: threads -->\n<!-- /figures -->'
    expect(withFigures(text, results)).toContain('No figures of threads yet.')
  })

  it('leave a text without marks alone', () => {
    expect(withFigures('| a | b |', results)).toBe('| a | b |')
  })
})
