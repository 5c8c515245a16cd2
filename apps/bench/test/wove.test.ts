import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { paces } from '../src/harness/suite.js'
import { diamonds } from '../src/weave/shapes.js'
import { woveContestants } from '../src/weave/wove.js'

const hasPython = spawnSync('python3', ['--version']).status === 0

/** Stands in for wove: tasks in order, each called with what its parameters name. */
const standIn = `
import inspect
__version__ = "0"
class weave:
    async def __aenter__(self):
        self.tasks, self.result = [], {}
        return self
    def do(self, body):
        self.tasks.append(body)
    async def __aexit__(self, *_):
        for body in self.tasks:
            needs = inspect.signature(body).parameters
            self.result[body.__name__] = await body(*(self.result[name] for name in needs)) + BIAS
`

let folder: string | undefined

function withWove(bias: number): void {
  folder = mkdtempSync(join(tmpdir(), 'conc-wove-'))
  mkdirSync(join(folder, 'wove'))
  writeFileSync(join(folder, 'wove/__init__.py'), standIn.replace('BIAS', String(bias)))
  vi.stubEnv('PYTHONPATH', folder)
  vi.stubEnv('CONC_BENCH_WOVE', undefined)
}

afterEach(() => {
  vi.unstubAllEnvs()
  if (folder) rmSync(folder, { recursive: true })
  folder = undefined
})

describe.skipIf(!hasPython)("Python's wove", { timeout: 60_000 }, () => {
  it('is measured per node by its own clocks, as often as asked', async () => {
    withWove(0)
    const [wove] = woveContestants(diamonds(7))
    const sampler = await wove?.open(paces.tiny)
    for (let round = 0; round < 2; round++) {
      const figures = await sampler?.sample()
      expect(Object.keys(figures ?? {})).toEqual(['wallUs', 'cpuUs'])
      expect(figures?.wallUs).toBeGreaterThan(0)
    }
    expect(wove?.note).toContain('wove 0')
  })

  it('fails where its values are wrong', async () => {
    withWove(1)
    const [wove] = woveContestants(diamonds(7))
    const sampler = await wove?.open(paces.tiny)
    await expect(sampler?.sample()).rejects.toThrow('Expected top0 to be 1')
  })

  it('is left out where there is no copy', () => {
    vi.stubEnv('CONC_BENCH_WOVE', '')
    expect(woveContestants(diamonds(7))).toEqual([])
  })
})
