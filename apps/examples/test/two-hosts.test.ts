import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('../dist/two-hosts.js', import.meta.url))

describe('two hosts', () => {
  it('lose nothing that may be done twice when one is killed, and report the rest', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [program])
    const [squares, letters, neither] = stdout.trim().split('\n')
    expect(squares).toBe('squares, which may be done twice: all 400 are there')
    const [, sent, reported] = /: (\d+) sent, (\d+) reported/.exec(letters ?? '') ?? []
    expect(Number(sent) + Number(reported)).toBe(400)
    expect(neither).toBe('neither: 0')
  })
})
