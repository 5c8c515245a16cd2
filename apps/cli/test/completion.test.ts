import { execFile, spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conc, Folder, onTerminal, quoted, withoutMoves } from './conc.js'
import { Pools } from './pools.js'
import { tasksModule } from './tasks.js'

const folder = new Folder({ 'tasks.js': tasksModule })
const cwd = folder.path
const pools = new Pools(folder)
const runtime = { CONC_RUNTIME_DIR: join(cwd, 'run') }
const path = `${cwd}:${process.env.PATH}`

/** The lines of the shells ask the command for the names of pools. */
beforeAll(async () => {
  folder.write('conc', `#!/bin/sh\nexec ${quoted([])} "$@"\n`)
  chmodSync(join(cwd, 'conc'), 0o755)
  for (const shell of ['bash', 'zsh', 'fish']) {
    folder.write(`conc.${shell}`, (await conc(['completion', shell])).stdout)
  }
  await pools.up('--name', 'completed')
})
afterAll(async () => {
  await pools.end()
  folder.remove()
})

function has(shell: string): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0
}

async function saidBy(shell: string, line: string): Promise<string> {
  const env = { ...process.env, ...runtime, PATH: path }
  return (await promisify(execFile)(shell, ['-c', line], { cwd, env })).stdout.trim()
}

describe.runIf(has('bash'))('completion for bash', () => {
  it.each([
    [['conc', 'pool', 's'], 'status'],
    [['conc', 'pool', 'up', '--brea'], '--breadth'],
    [['conc', 'weave', 'run', '--on', 'th'], 'threads'],
    [['conc', 'completion', ''], 'bash zsh fish'],
    [['conc', 'ping', '--name', ''], 'completed'],
    [['conc', 'pool', 'up', '--module', 'tas'], 'tasks.js'],
  ])('%j offers %s', async (words, offered) => {
    const typed = words.map((word) => `'${word}'`).join(' ')
    const line = `. ./conc.bash; COMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _conc; echo "\${COMPREPLY[*]}"`
    expect(await saidBy('bash', line)).toBe(offered)
  })
})

describe.runIf(has('fish'))('completion for fish', () => {
  it.each([
    ['conc pool s', /^status\tShow workers and load of a pool\.$/],
    ['conc pool up --brea', /^--breadth\tworker processes$/],
    ['conc weave run --on th', /^threads\t/],
    ['conc completion ', /^bash\nfish\nzsh$/],
    ['conc ping --name ', /^completed\t/],
    ['conc pool up --module tas', /^tasks\.js$/],
  ])('%j offers %s', async (typed, offered) => {
    expect(await saidBy('fish', `source conc.fish; complete -C '${typed}'`)).toMatch(offered)
  })
})

describe.runIf(has('zsh'))('completion for zsh', () => {
  it('completes what is typed at a prompt', async () => {
    const env = { ...runtime, PATH: path, TERM: 'dumb' }
    const shell = onTerminal('exec zsh -f -i', { cwd, env })
    const type = (text: string): unknown => shell.process.stdin?.write(text)
    type("PS1='> '; autoload -Uz compinit && compinit -u -d ./dump; . ./conc.zsh; echo lo''aded\r")
    await shell.says(/\nloaded/)
    for (const [typed, completed] of [
      ['conc pool sta', 'conc pool status '],
      ['conc pool up --brea', 'conc pool up --breadth '],
      ['conc weave run --on th', 'conc weave run --on threads '],
      ['conc ping --name com', 'conc ping --name completed'],
      ['conc pool up --module tas', 'conc pool up --module tasks.js'],
    ]) {
      type(`${typed}\t`)
      while (!withoutMoves(shell.stdout).includes(completed as string)) await shell.more()
      type('\x15')
    }
    type('exit\r')
    await shell.ended
  })
})
