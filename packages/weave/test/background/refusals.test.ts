import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Executor, InvalidOptionError, inline, SerializationError, task } from '@conc/core'
import { readBackground, WeaveNotPortableError, weave } from '@conc/weave'
import { beforeEach, describe, expect, it } from 'vitest'
import { broken, inside, shaped, shared, steps } from '../support/background-modules.js'
import { ownTemp } from '../support/temp-dir.js'

function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}

beforeEach(ownTemp)

/** Nothing may be left of a run that was refused. */
function expectNoFiles(): void {
  expect(readdirSync(tmpdir())).toEqual([])
}

describe.each(['thread', 'process', 'detached'] as const)('background, %s, refuses', (where) => {
  it('a weave without a name', () => {
    const unnamed = weave().do('a', () => 1)
    expect(thrownBy(() => unnamed.background({ where }))).toMatchObject({
      code: 'CONC_WEAVE_NOT_PORTABLE',
      message:
        "This weave cannot run in another process: it has no name there. Finish it at module level with .named('…').",
      tasks: [],
    })
  })

  it('a weave that was derived from a named one', () => {
    const calls = [
      [steps.do('more', () => 1), ".do('more')", ['more']],
      [steps.do({ x: () => 1, y: () => 2 }), '.do({ x, y })', ['x', 'y']],
      [steps.each('more', [1], () => 1), ".each('more')", ['more']],
      [steps.override('second', () => 1), ".override('second')", ['second']],
      [steps.defaults({ priority: 1 }), '.defaults()', []],
      [steps.input(), '.input()', []],
      [steps.do('more', () => 1).with({ a: 1 }), ".do('more')", ['more']],
    ] as const
    for (const [derived, by, tasks] of calls) {
      const error = thrownBy(() => derived.background({ way: 'returns' }, { where }))
      expect(error).toBeInstanceOf(WeaveNotPortableError)
      expect(error).toMatchObject({ derivedFrom: 'background/steps', tasks })
      expect((error as Error).message).toContain(
        `derived from 'background/steps' by ${by}, which exists only here`,
      )
    }
  })

  it('options that exist only here', () => {
    const executor: Executor = inline()
    const options = {
      executor,
      executors: { one: executor },
      debug: { write: () => {} },
    }
    for (const [option, value] of Object.entries(options)) {
      const error = thrownBy(() => steps.background({ way: 'returns' }, { where, [option]: value }))
      expect(error).toBeInstanceOf(WeaveNotPortableError)
      expect(error).toMatchObject({ option: option === 'debug' ? 'debug.write' : option })
    }
    const values = { debug: { values: () => '' } }
    expect(
      thrownBy(() => steps.background({ way: 'returns' }, { where, ...values })),
    ).toMatchObject({ option: 'debug.values' })
  })

  it('inputs that cannot be cloned, with their path', () => {
    const socket = { connect() {} }
    const cases = [
      [{ conn: { socket } }, 'inputs.value.conn.socket.connect'],
      [new URL('http://localhost'), 'inputs.value'],
      [Symbol('s'), 'inputs.value'],
      [[new Map([['a', () => {}]])], 'inputs.value[0].get("a")'],
      [{ memory: new SharedArrayBuffer(8) }, 'inputs.value.memory'],
    ] as const
    for (const [value, path] of cases) {
      const error = thrownBy(() => shared.background({ value }, { where }))
      expect(error).toBeInstanceOf(SerializationError)
      expect(error).toMatchObject({ path, started: false })
      expect((error as Error).message).toContain(path)
    }
    const bound = shared.with({ value: () => {} })
    expect(thrownBy(() => bound.background({}, { where }))).toMatchObject({ path: 'inputs.value' })
    const given = { where, given: { echo: { fn() {} } } }
    expect(thrownBy(() => shared.background({ value: 1 }, given))).toMatchObject({
      path: 'given.echo.fn',
    })
    expectNoFiles()
  })

  it('a name that the module does not declare by itself', async () => {
    const handle = inside().background({ where })
    await expect(handle.started).rejects.toBeInstanceOf(WeaveNotPortableError)
    await expect(handle.done).rejects.toMatchObject({
      code: 'CONC_WEAVE_NOT_PORTABLE',
      message: expect.stringContaining('not inside a function'),
    })
    expect(handle.status).toBe('rejected')
  })

  it('a plan that is another one there', async () => {
    const handle = shaped.background({ where })
    await expect(handle.started).rejects.toBeInstanceOf(WeaveNotPortableError)
    await expect(handle.done).rejects.toMatchObject({ tasks: ['extra'] })
  })

  it('a module that throws when it is imported', async () => {
    const settled: unknown[] = []
    const onDone = where === 'detached' ? {} : { onDone: (one: unknown) => settled.push(one) }
    const handle = broken.background({ where, ...onDone })
    const error = await handle.done.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'WorkerLostError', started: false, retryable: false })
    expect((error as Error).message).toContain('throws.mjs failed: RangeError: no such luck')
    expect((error as Error).cause).toBeInstanceOf(RangeError)
    await expect(handle.started).rejects.toBe(error)
    if (where !== 'detached') {
      expect(settled).toMatchObject([{ ok: false, tasks: { a: { status: 'skipped' } } }])
    }
  })
})

describe('background refuses', () => {
  it('wrong options', () => {
    const w = weave().do('a', () => 1)
    const cases = [
      [
        { where: 'moon' },
        "`where` to be 'here' or 'thread' or 'process' or 'detached', got 'moon'",
      ],
      [{ graceMs: -1 }, '`graceMs` to be a number of milliseconds of at least 0, got -1'],
      [{ onDone: 1 }, '`onDone` to be a function, got 1'],
      [{ resultFile: 'x' }, "`resultFile` to be left out unless `where` is 'detached'"],
      [{ where: 'detached', logFile: '' }, "`logFile` to be a path, got ''"],
      [{ wher: 'here' }, '`options` to be an object with only'],
      [{ timeoutMs: 0 }, '`timeoutMs`'],
    ] as const
    for (const [options, text] of cases) {
      // @ts-expect-error that is the point
      const error = thrownBy(() => w.background(options))
      expect(error).toBeInstanceOf(InvalidOptionError)
      expect((error as Error).message).toContain(text)
    }
  })

  it('a result file that is no path', () => {
    for (const file of [5, '', null]) {
      expect(() => readBackground(file as never)).toThrow('`resultFile` to be a path')
    }
  })

  it('a weave that cannot be run, and inputs that are missing, before anything starts', () => {
    // @ts-expect-error nobody makes it
    const unresolved = weave().do('a', ({ nope }) => nope)
    expect(() => unresolved.background()).toThrow("needs 'nope'")
    for (const where of ['here', 'thread', 'process', 'detached']) {
      expect(() => steps.background({}, { where })).toThrow("needs the input 'way'")
    }
    const named = weave()
      .do('a', { executor: 'bull' }, () => 1)
      .named('background/executor')
    expect(() => named.background({ where: 'thread' })).toThrow("runs on 'bull'")
    const opaque = weave()
      .do('a', (deps) => deps)
      .named('background/opaque')
    expect(() => opaque.background({ strict: true, where: 'thread' })).toThrow(
      'takes its parameter',
    )
  })

  it('for a detached run: functions as onDone, and events', () => {
    const loose = (options: object) => thrownBy(() => steps.background({ way: 'returns' }, options))
    expect(loose({ where: 'detached', onDone: () => {} })).toMatchObject({
      code: 'CONC_WEAVE_NOT_PORTABLE',
      option: 'onDone',
    })
    expect(loose({ where: 'detached', onEvent: () => {} })).toMatchObject({ option: 'onEvent' })
    const named = weave()
      .do('a', () => 1)
      .named('background/typed')
    const tell = task('background/typed-tell', (_text: string) => {})
    // @ts-expect-error it takes a report
    const typed = () => named.background({ where: 'detached', onDone: tell })
    expect(typed).toBeTypeOf('function')
  })

  it('code without a file, and modules that start it while they are imported', async () => {
    const run = (source: string) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', source], {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
      })
    const { stdout } = await run(`
      import { weave } from '@conc/weave'
      try {
        weave().do('a', () => 1).named('loose').background({ where: 'thread' })
      } catch (error) { console.log(error.message) }`)
    expect(stdout.trim()).toBe(
      "Weave 'loose' cannot run in another process: it was declared in code without a file.",
    )
    const careless = new URL('../modules/careless.mjs', import.meta.url)
    const { careless: weaveOf } = await import(careless.href)
    await expect(weaveOf.background({ where: 'thread' }).done).rejects.toMatchObject({
      cause: { code: 'CONC_WHILE_IMPORTING' },
    })
  })
})
