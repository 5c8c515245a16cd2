import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { oneCore } from '../src/harness/one-core.js'
import { timedPath } from '../src/harness/timed-path.js'

const prefix = oneCore()

describe.skipIf(prefix === undefined)('on one core', () => {
  it('runs a program, and what that starts', () => {
    const [command, ...args] = prefix ?? ['']
    const child = 'os.availableParallelism()'
    const program = `child_process.execFileSync(process.execPath, ['-p', '${child}'], { encoding: 'utf8' })`
    const seen = execFileSync(command, [...args, process.execPath, '-p', program], {
      encoding: 'utf8',
    })
    expect(seen.trim()).toBe('1')
  })

  it('is said in the title of a path', () => {
    const work = { name: 'a', title: 'calls', unit: 'call', items: 1, check: () => {} }
    const path = timedPath({ ...work, contestants: [], isOnOneCore: true })
    expect(path).toMatchObject({ title: 'calls, on one core', isOnOneCore: true })
    expect(timedPath({ ...work, contestants: [] }).title).toBe('calls')
  })
})
