import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { commandTable } from '../src/program/command-table.js'
import { readmeTables } from '../src/program/readme-tables.js'
import { conc } from './conc.js'

describe('help', () => {
  it.each(['', 'pool', 'weave', ...commandTable.map(({ path }) => path)])(
    "of '%s' fits a screen, with an example",
    async (path) => {
      const { code, stdout } = await conc([...path.split(' ').filter(Boolean), '--help'])
      const lines = stdout.trimEnd().split('\n')
      expect(code).toBe(0)
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
      expect(lines.length).toBeLessThanOrEqual(path === 'pool up' ? 40 : 24)
      if (path !== 'pool' && path !== 'weave') expect(stdout).toContain('Example: conc ')
    },
  )
})

describe('the README', () => {
  it('has the tables of the commands as they are', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    expect(readme).toContain(readmeTables(commandTable))
  })
})
