import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Interpreter } from '../../src/control/command-line/interpreter.js'
import { tokensOf } from '../../src/control/command-line/tokens.js'
import { commandTable } from '../../src/control/command-table/table.js'
import type { NamedFunction } from '../../src/control/command-table/value-types.js'
import { type BaseTaskPool, SimpleTaskPool, TaskPool } from '../../src/index.js'

const simple = new SimpleTaskPool(() => {})

function run(line: string, pool: BaseTaskPool = simple, fns: Record<string, NamedFunction> = {}) {
  const commands = commandTable(pool, new Map(Object.entries(fns)))
  return new Interpreter(commands, 80).run(line)
}

describe('tokensOf', () => {
  it.each([
    ['start 5', ['start', '5']],
    ['  start   5\t ', ['start', '5']],
    [`map work ['a b', "c] d"] -n 3`, ['map', 'work', `['a b', "c] d"]`, '-n', '3']],
    [`cancel-all -m 'too slow' "or \\"not\\""`, ['cancel-all', '-m', 'too slow', 'or "not"']],
    ['a\\ b', ['a b']],
    [`-k '{"a": 1}'`, ['-k', '{"a": 1}']],
    ['--args=[1, (2, 3)] x', ['--args=[1, (2, 3)]', 'x']],
    ["''", ['']],
    [':) fine', [':)', 'fine']],
  ])('splits %s', (line, words) => {
    expect(tokensOf(line).map(({ text }) => text)).toEqual(words)
  })

  it.each(["'abc", '[1', '{"a": "b}', 'a\\'])('refuses %s', (line) => {
    expect(() => tokensOf(line)).toThrow(/^no(thing)? /)
  })

  it('keeps any quoted word', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const quoted = words.map((word) => `'${word.replace(/[\\']/g, '\\$&')}'`)
        expect(tokensOf(quoted.join(' ')).map(({ text }) => text)).toEqual(words)
      }),
    )
  })
})

describe('commands', () => {
  it.each([
    ['start', 'usage: start [-h] num\nstart: error: the following arguments are required: num'],
    ['start abc', "usage: start [-h] num\nstart: error: argument num: invalid int value: 'abc'"],
    ['start 1 x y', 'usage: start [-h] num\nstart: error: unrecognized arguments: x y'],
    ['stop-all --fast', 'usage: stop-all [-h]\nstop-all: error: unrecognized arguments: --fast'],
    [
      'cancel-all -m',
      'usage: cancel-all [-h] [-m MSG]\ncancel-all: error: argument -m/--msg: expected one argument',
    ],
    [
      'flush --return-exceptions=yes',
      "usage: flush [-h] [-r]\nflush: error: argument -r/--return-exceptions: ignored explicit argument 'yes'",
    ],
    ["start 'x", "usage: [-h] [command] ...\nerror: no closing quote: '"],
  ])('answer %s with usage and reason', async (line, message) => {
    await expect(run(line)).rejects.toThrow(message)
  })

  it('name the choices where there is no such command', async () => {
    const reason = "error: argument command: invalid choice: 'foo' (choose from 'start', 'stop', "
    await expect(run('foo')).rejects.toThrow(reason)
    await expect(run('apply x')).rejects.toThrow("invalid choice: 'apply'")
  })

  it('take a negative number as a value, which the pool then refuses', async () => {
    await expect(run('start -1')).rejects.toThrow(
      'Expected `num` to be a positive integer, got -1.',
    )
  })

  it('take everything behind -- as values', async () => {
    await expect(run('cancel-group -- -h')).rejects.toThrow("No task group named '-h'")
  })

  it('read and set the size', async () => {
    const pool = new TaskPool()
    const said = []
    for (const line of ['pool-size', 'pool-size 4', 'pool-size', 'pool-size inf', 'pool-size']) {
      said.push(await run(line, pool))
    }
    expect(said).toEqual([Infinity, undefined, 4, undefined, Infinity])
    await expect(run('pool-size -2', pool)).rejects.toThrow('Expected `poolSize`')
    await expect(run('pool-size 1.5', pool)).rejects.toThrow("invalid int value: '1.5'")
  })

  it('start functions of the registry only, with literals', async () => {
    const pool = new TaskPool()
    const seen: unknown[] = []
    const work = (...args: unknown[]) => {
      seen.push(args.slice(0, -1))
    }
    const functions = { work, done: (id: number) => seen.push(['done', id]) }
    const all = [
      `apply work -a ('x', 1) -k {'deep': True} -n 2 -g mine -e done`,
      `map work ['a b', "c"] --num-concurrent=2 --group-name two`,
      'starmap work [(1, 2)] -n3',
      `doublestarmap work [{'a': None}]`,
    ]
    const names: unknown[] = []
    for (const line of all) names.push(await run(line, pool, functions))
    await pool.gatherAndClose()
    expect(names).toEqual(['mine', 'two', 'starmap-work-group-0', 'doublestarmap-work-group-0'])
    expect(seen).toEqual(
      expect.arrayContaining([['x', 1, { deep: true }], ['a b'], ['c'], [1, 2], [{ a: null }]]),
    )
    expect(seen).toContainEqual(['done', 0])
  })

  it.each([
    ['apply toString', "argument func: invalid choice: 'toString' (choose from 'work')"],
    ['apply work -a 5', "argument -a/--args: invalid literal list value: '5'"],
    ['apply work -k [1]', "argument -k/--kwargs: invalid literal dict value: '[1]'"],
    ['map work [1,,2]', "argument items: invalid literal list value: '[1,,2]': expected a literal"],
    ['map work 1+1', 'argument items: invalid literal list value'],
    ['apply work -e nobody', "argument -e/--end-callback: invalid choice: 'nobody'"],
    ['apply work -n', 'argument -n/--num: expected one argument'],
  ])('refuse %s', async (line, reason) => {
    await expect(run(line, new TaskPool(), { work: () => {} })).rejects.toThrow(reason)
  })

  it('have help that tells of each of them', async () => {
    const pool = new TaskPool()
    const general = String(await run('-h', pool))
    expect(general).toContain('usage: [-h] [command] ...')
    expect(general).toContain(
      "(A command followed by '-h' or '--help' will show command-specific help.)",
    )
    const names = [...commandTable(pool, new Map()).keys()]
    expect(names).toHaveLength(19)
    for (const name of names) {
      expect(general).toContain(`\n  ${name} `)
      expect(String(await run(`${name} --help`, pool))).toMatch(
        new RegExp(`^usage: ${name} \\[-h\\]`),
      )
    }
  })

  it('wrap help to the width of the terminal', async () => {
    const commands = commandTable(new TaskPool(), new Map())
    for (const width of [40, 60, 100]) {
      const interpreter = new Interpreter(commands, width)
      for (const line of ['-h', 'apply -h', 'map -h', 'flush -h']) {
        const help = String(await interpreter.run(line))
        for (const one of help.split('\n')) expect(one.length).toBeLessThanOrEqual(width)
      }
    }
  })

  it('give a value or an error, whatever they are given', async () => {
    const word = fc.oneof(
      fc.constantFrom('start', 'stop', 'cancel', '-h', '-m', '--', '-1', '[', "'", '{}', 'inf'),
      fc.string(),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 5 }), async (words) => {
        const pool = new SimpleTaskPool(() => {})
        pool.lock()
        await run(words.join(' '), pool).catch((error: unknown) => {
          expect(error).toBeInstanceOf(Error)
          expect((error as Error).name).not.toBe('TypeError')
        })
      }),
    )
  })
})
