import { chmodSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { conc, Folder, start, startOnTerminal } from './conc.js'

const folder = new Folder({
  'flow.js': `
    import { weave } from '@conc/weave'
    export const one = weave().do('a', () => 1).do('b', ({ a }) => a + 1)`,
  key: 'a key that others can read',
})
const cwd = folder.path
chmodSync(`${cwd}/key`, 0o644)

afterAll(() => folder.remove())

describe('conc', () => {
  it('prints help and ends with 2 when called alone', async () => {
    const { code, stdout, stderr } = await conc([])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('Usage: conc <command>')
  })

  it('prints its version', async () => {
    for (const flag of ['--version', '-V']) {
      expect(await conc([flag])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      })
    }
  })

  it('names the nearest command and option', async () => {
    expect(await conc(['wevae'])).toMatchObject({
      code: 2,
      stderr: "conc: unknown command 'wevae'.\nDid you mean weave?\n",
    })
    expect(await conc(['weave', 'run', 'x', '--tiemout', '3'])).toMatchObject({
      code: 2,
      stderr: "conc: unknown option '--tiemout'.\nDid you mean --timeout?\n",
    })
  })

  it('writes errors as one JSON line where asked', async () => {
    const { stderr, code } = await conc(['--json', 'weave', 'plan', './nix.js'], { cwd })
    expect(code).toBe(5)
    expect(JSON.parse(stderr)).toEqual({
      error: {
        name: 'CommandError',
        code: 'CONC_NOT_STARTED',
        message: 'cannot load ./nix.js: no such file.',
      },
    })
  })

  it('shows stacks from -vv on', async () => {
    const bad = folder.write('bad.js', 'throw new TypeError("not today")')
    const quiet = await conc(['weave', 'plan', bad], { cwd })
    expect(quiet.stderr).toBe(`conc: cannot load ${bad}: TypeError: not today (./bad.js:1:7).\n`)
    for (const flags of [['-vv'], ['-v', '--verbose']]) {
      const { stderr } = await conc([...flags, 'weave', 'plan', bad], { cwd })
      expect(stderr).toContain('    at file://')
    }
  })

  it('ends quietly when nobody reads its output', async () => {
    const child = start(['weave', 'plan', './flow.js'], { cwd })
    child.process.stdout?.destroy()
    expect(await child.ended).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('colours', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
  const colour = /\x1b\[3\dm/

  it('are off in a pipe', async () => {
    const { stderr } = await conc(['weave', 'run', './flow.js'], { cwd })
    expect(stderr).toContain('finish')
    expect(stderr).not.toMatch(colour)
  })

  it.each<[boolean, string[], Record<string, string>]>([
    [true, ['--color'], {}],
    [true, ['--color'], { NO_COLOR: '1', TERM: 'dumb' }],
    [false, ['--no-color', '--color'], { FORCE_COLOR: '1' }],
    [false, ['--color', '--no-color'], {}],
    [true, [], { FORCE_COLOR: '1' }],
    [true, [], { FORCE_COLOR: '1', TERM: 'dumb' }],
    [true, [], { FORCE_COLOR: '1', NO_COLOR: '' }],
    [false, [], { FORCE_COLOR: '1', NO_COLOR: '1' }],
  ])('are shown in a pipe: %s, with %j and %j', async (isShown, args, env) => {
    const ping = ['ping', '-p', '1', '--authkey-file', './key']
    const { stderr } = await conc([...args.slice(0, 1), ...ping, ...args.slice(1)], { cwd, env })
    expect(stderr).toMatch(/conc: \S*warning\S*: /)
    expect(colour.test(stderr)).toBe(isShown)
  })

  it('are on a terminal, unless NO_COLOR, TERM or --no-color say otherwise', async () => {
    const shown = async (args: string[], env: Record<string, string>): Promise<string> =>
      (await startOnTerminal([...args, 'weave', 'run', './flow.js'], { cwd, env }).ended).stdout
    expect(await shown([], {})).toMatch(colour)
    expect(await shown([], { NO_COLOR: '1' })).not.toMatch(colour)
    expect(await shown([], { TERM: 'dumb' })).not.toMatch(colour)
    expect(await shown(['--no-color'], { FORCE_COLOR: '1' })).not.toMatch(colour)
    expect(await shown(['--color'], { NO_COLOR: '1' })).toMatch(colour)
  })
})
