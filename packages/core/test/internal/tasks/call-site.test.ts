import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { callerModule } from '../../../src/internal/tasks/call-site.js'

describe('callerModule', () => {
  it('is the file that made the call', () => {
    const declare = () => callerModule(declare)
    expect(declare()).toMatch(/^file:.*\/call-site\.test\.ts$/)
  })

  it.each(['module', 'commonjs'])('is nothing for a %s on the command line', async (type) => {
    const source = `import('@conc/core/internal').then(({ callerModule }) => {
      const declare = () => callerModule(declare)
      console.log(declare())
    })`
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [`--input-type=${type}`, '-e', source],
      { cwd: fileURLToPath(new URL('../../..', import.meta.url)) },
    )
    expect(stdout.trim()).toBe('undefined')
  })
})
