import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('../dist/counter.js', import.meta.url))

describe('counter', () => {
  it('loses nothing under a lock that both pools see, and much without', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program])
    const [under, without] = stdout.trim().split('\n')
    expect(under).toBe('under the lock: 80 of 80')
    const [, lost] = /^without it: \d+ of 80, (\d+) were lost$/.exec(without ?? '') ?? []
    expect(Number(lost)).toBeGreaterThan(0)
    expect(stderr).toBe('')
  })
})
