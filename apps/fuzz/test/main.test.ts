import { describe, expect, it } from 'vitest'
import { hasPs, runMain } from './run-main.js'

describe('main', () => {
  it.skipIf(!hasPs)('finds nothing in a few light rounds', async () => {
    const { stdout, exitCode } = await runMain('--level', 'light', '--seed', '1', '--rounds', '6')
    expect(stdout).toContain('6 rounds, 0 with faults')
    expect(exitCode).toBe(0)
  })

  it.skipIf(!hasPs)('says how to run a round again that has found something', async () => {
    const words = ['--level', 'light', '--kinds', 'inline', '--seed', '7', '--calls', '5']
    const { stdout, exitCode } = await runMain(...words, '--plant', 'right result', '--rounds', '1')
    expect(stdout).toContain('FAULT right result: 0 resulted in')
    expect(stdout).toMatch(
      /again: node \S+main.js --seed 7 --rounds 1 .*--kinds inline .*--calls 5/,
    )
    expect(exitCode).toBe(1)
  })

  it('refuses what it does not know', async () => {
    const { stderr, exitCode } = await runMain('--kinds', 'pool,swimming')
    expect(stderr).toMatch(/Expected --kinds to be some of inline,.*, got swimming\./)
    expect(exitCode).toBe(1)
  })
})
