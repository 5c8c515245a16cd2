import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'

async function run(name: string, ...args: string[]) {
  const file = fileURLToPath(new URL(`../dist/weave/${name}.js`, import.meta.url))
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file, ...args])
  return { lines: stdout.trimEnd().split('\n'), stderr }
}

describe('the weave examples', { timeout: 60_000 }, () => {
  it.each([
    ['aggregator', ['7'], ['user 7: post 1 (3), post 2 (0), post 3 (1); 2 unread']],
    ['etl', [], ['4 of 5 orders loaded, 38.29 in all']],
    ['ml-pipeline', ['1000'], ['1000 rows, OK', '1000 rows, WARN: NaN values detected']],
    ['chained-maps', [], ['[ 1, 4, 9, 16 ] [ 0.5, 2, 4.5, 8 ]', '3 %, 13 %, 30 %, 53 %']],
    [
      'dynamic-graph',
      [],
      [
        '1. sources',
        '2. types, bundle',
        '3. tests',
        '4. release',
        'tests < bundle',
        'release < types < bundle < tests',
      ],
    ],
    [
      'errors',
      [],
      [
        "Error: The rates are not there yet. [ 'rows', 'sorted' ]",
        'rows fulfilled',
        'rate rejected',
        'sorted fulfilled',
        'priced skipped',
        '1.1 2.2 3.3',
      ],
    ],
  ])('%s', async (name, args, lines) => {
    expect(await run(name, ...args)).toEqual({ lines, stderr: '' })
  })

  it('file-processor', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'conc-files-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'a.txt'), 'one\ntwo\n')
    await writeFile(join(folder, 'b.txt'), 'one\n'.repeat(10))
    const { lines } = await run('file-processor', folder)
    expect(lines).toEqual(['2 files, 12 lines', 'the longest: b.txt, 10 lines'])
  })

  it('debug', async () => {
    const { lines, stderr } = await run('debug')
    expect(lines).toEqual(['33'])
    expect(stderr).toMatch(/^weave 1: 4 tasks in 3 tiers; inputs: shop$/m)
    expect(stderr).toMatch(/^weave 1: deliveries failed in attempt 1, .*503 Service Unavailable$/m)
    expect(stderr).toMatch(/^ {2}total\(counts: \[ 7, 7, 7 \], deliveries: 12\) → 33$/m)
  })
})
