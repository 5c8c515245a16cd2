import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
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

describe('completion', () => {
  it('offers commands and options in bash', async () => {
    const { stdout: script } = await conc(['completion', 'bash'])
    const offered = async (...words: string[]): Promise<string> => {
      const typed = words.map((word) => `'${word}'`).join(' ')
      const program = `${script}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _conc; echo "\${COMPREPLY[*]}"`
      return (await promisify(execFile)('bash', ['-c', program])).stdout.trim()
    }
    expect(await offered('conc', 'pool', 's')).toBe('status')
    expect(await offered('conc', 'pool', 'up', '--brea')).toBe('--breadth')
    expect(await offered('conc', 'weave', 'run', '--on', 'th')).toBe('threads')
    expect(await offered('conc', 'completion', '')).toBe('bash zsh fish')
  })

  it('is there for zsh and fish', async () => {
    expect((await conc(['completion', 'zsh'])).stdout).toMatch(/^#compdef conc\n/)
    expect((await conc(['completion', 'fish'])).stdout).toContain("-a 'status'")
  })
})
