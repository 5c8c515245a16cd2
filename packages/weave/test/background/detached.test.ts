import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ConcError, WorkerLostError } from '@conc/core'
import { type BackgroundHandle, type BackgroundReport, readBackground, resultOf } from '@conc/weave'
import { beforeEach, describe, expect, it } from 'vitest'
import { broken, endless, fails, steps, tell, told } from '../support/background-modules.js'
import { fileIn, heldProcesses, ownTemp, tempDir } from '../support/temp-dir.js'

beforeEach(ownTemp)

// biome-ignore lint/suspicious/noExplicitAny: the weaves come from plain modules
type Handle = BackgroundHandle<any>

/** A detached run with its files in a folder of the test. */
function start(w: typeof steps, inputs: object, options: object = {}) {
  const dir = tempDir()
  const resultFile = join(dir, 'result.json')
  const logFile = join(dir, 'log')
  const all = { where: 'detached', resultFile, logFile, ...options }
  const given = 'way' in inputs ? { ...inputs, dir } : inputs
  const handle: Handle = w === broken ? w.background(all) : w.background(given, all)
  return { dir, resultFile, logFile, handle, report: () => readBackground(resultFile) }
}

/** Waits until the process of a run is gone, as seen by the system. */
async function gone(pid: number): Promise<void> {
  while (isThere(pid)) await sleep(5)
}

/** One whose parent is gone may be listed after its end, until somebody asks for its exit code. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    if (process.platform !== 'linux') return true
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function exitCode(handle: Handle): Promise<number | undefined> {
  await handle.done.catch(() => {})
  return (await readBackground(handle.resultFile as string)).exitCode
}

describe('a detached run', () => {
  it('gives its values, and a report with all of them', async () => {
    const { handle, report, dir } = start(steps.with({ tz: 'CET' }), { way: 'returns' })
    await handle.started
    const value = await handle.done
    expect(value.third).toMatchObject({ second: 'second', tz: 'CET' })
    const { tasks, ...facts } = await report()
    expect(facts).toEqual({
      version: 1,
      id: handle.id,
      weave: 'background/steps',
      pid: handle.pid,
      status: 'fulfilled',
      exitCode: 0,
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      endedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    })
    expect(tasks).toMatchObject({
      first: { status: 'fulfilled', value: ['first'] },
      third: { status: 'fulfilled', value: { first: ['first'] } },
    })
    expect(handle.pid).not.toBe(process.pid)
    expect(readFileSync(join(dir, 'second'), 'utf8')).toBe(String(handle.pid))
  })

  it('reports a failure, with its error whole', async () => {
    const { handle, report } = start(steps, { way: 'throws' })
    const error = await handle.done.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'RangeError', message: 'no' })
    expect(resultOf(error)?.values).toEqual({ first: ['first'] })
    const { status, error: reported, tasks } = await report()
    expect(status).toBe('rejected')
    expect(reported).toBeInstanceOf(RangeError)
    expect(reported).toMatchObject({ message: 'no', detail: { a: 1 } })
    expect(tasks).toMatchObject({ second: { status: 'rejected' }, third: { status: 'skipped' } })
    expect(await exitCode(handle)).toBe(1)
  })

  it('keeps the values that can travel, and throws where another one is read', async () => {
    const { handle, report } = start(steps, { way: 'returns a function' })
    await handle.done
    const { first, second } = (await report()).tasks
    expect(first).toMatchObject({ value: ['first'] })
    expect(() => (second as { value: unknown }).value).toThrow('second.inside.fn')
  })

  it('has a folder of its own that only this user can read, where it is not told otherwise', async () => {
    const letGo = heldProcesses()
    const handle: Handle = steps.background({ way: 'returns' }, { where: 'detached' })
    const { resultFile = '', logFile = '', id } = handle
    expect((await readBackground(resultFile)).status).toBe('starting')
    expect(basename(resultFile)).toBe(`${id}.json`)
    expect(dirname(logFile)).toBe(dirname(resultFile))
    expect(statSync(dirname(resultFile)).mode & 0o777).toBe(0o700)
    expect(statSync(resultFile).mode & 0o777).toBe(0o600)
    const request = join(dirname(resultFile), `${id}.request`)
    expect(existsSync(request)).toBe(true)
    expect(statSync(request).mode & 0o777).toBe(0o600)
    letGo()
    await handle.done
    expect(existsSync(request)).toBe(false)
  })

  it('replaces an older report and appends to an older log', async () => {
    const dir = tempDir()
    const [resultFile, logFile] = [join(dir, 'result.json'), join(dir, 'log')]
    writeFileSync(resultFile, 'old')
    writeFileSync(logFile, 'old\n')
    const files = { where: 'detached', resultFile, logFile }
    const handle: Handle = steps.background({ way: 'crashes' }, files)
    await handle.done.catch(() => {})
    expect((await readBackground(resultFile)).id).toBe(handle.id)
    expect(readFileSync(logFile, 'utf8')).toMatch(/^old\nTypeError: out of nowhere/)
  })

  it('refuses folders that are not there, at once', () => {
    const dir = tempDir()
    for (const option of ['resultFile', 'logFile']) {
      const options = { where: 'detached', [option]: join(dir, 'no', 'such') }
      expect(() => steps.background({ way: 'returns' }, options)).toThrow('ENOENT')
    }
  })

  it('is in a session of its own', async () => {
    const { handle, dir, report } = start(steps, { way: 'waits' })
    await fileIn(dir, 'second')
    expect((await report()).status).toBe('running')
    // A group of that number exists only if the process leads one.
    expect(() => process.kill(-(handle.pid as number), 0)).not.toThrow()
    handle.cancel()
    await expect(handle.done).rejects.toMatchObject({ origin: 'cancel' })
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('is cancelled by %s with exit code %i', async (signal, code) => {
    const { handle, dir, report } = start(steps, { way: 'waits' })
    await fileIn(dir, 'second')
    process.kill(handle.pid as number, signal)
    await expect(handle.done).rejects.toMatchObject({ origin: 'shutdown' })
    expect(await report()).toMatchObject({
      status: 'cancelled',
      exitCode: code,
      error: { code: 'CONC_TASK_CANCELLED' },
      tasks: { first: { value: ['first'] }, second: { status: 'cancelled' } },
    })
  })

  it('is cancelled by its handle, with the reason', async () => {
    const { handle, dir, report } = start(steps, { way: 'waits' })
    await fileIn(dir, 'second')
    const reason = new RangeError('enough')
    handle.cancel(reason)
    await expect(handle.done).rejects.toBe(reason)
    expect(await report()).toMatchObject({ status: 'cancelled', exitCode: 143, error: reason })
  })

  it('ends by itself after graceMs when a body ignores its signal', async () => {
    const { handle, dir, report } = start(steps, { way: 'ignores' }, { graceMs: 1000 })
    await fileIn(dir, 'second')
    handle.cancel(new Error('enough'))
    await expect(handle.done).rejects.toThrow('enough')
    await gone(handle.pid as number)
    expect((await report()).status).toBe('cancelled')
  })

  it('is lost when it is killed, with what had finished', async () => {
    const { handle, dir, report } = start(steps, { way: 'ignores' })
    await fileIn(dir, 'second')
    process.kill(handle.pid as number, 'SIGKILL')
    const error = await handle.done.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(WorkerLostError)
    expect(handle.status).toBe('lost')
    expect(resultOf(error)?.values).toEqual({ first: ['first'] })
    const { status, exitCode: code } = await report()
    expect([status, code]).toEqual(['lost', undefined])
  })

  it('reports what threw outside of the tasks', async () => {
    const { handle, report } = start(steps, { way: 'crashes' })
    await expect(handle.done).rejects.toMatchObject({
      name: 'WorkerLostError',
      cause: new TypeError('out of nowhere'),
    })
    expect(await report()).toMatchObject({ status: 'lost', exitCode: 1 })
  })

  it('reports that it can never end', async () => {
    const { handle, report } = start(steps, { way: 'starves' })
    await expect(handle.done).rejects.toMatchObject({ code: 'CONC_WEAVE_STUCK' })
    expect(await report()).toMatchObject({ status: 'rejected', exitCode: 1 })
  })

  it('reports a start that failed with exit code 2', async () => {
    const { handle, report } = start(broken, {})
    const error = await handle.started.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ started: false, cause: new RangeError('no such luck') })
    await expect(handle.done).rejects.toBe(error)
    expect(await report()).toMatchObject({
      status: 'rejected',
      exitCode: 2,
      error: { started: false },
    })
  })
})

describe('a module that is never imported to its end', () => {
  it.each(['thread', 'process', 'detached'] as const)('is a failed start: %s', async (where) => {
    const handle: Handle = endless.background({ where })
    const error = await handle.started.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConcError)
    await expect(handle.done).rejects.toBe(error)
    expect(handle.status).toBe('rejected')
    if (where === 'detached') expect(await exitCode(handle)).toBe(2)
  })

  it.each(['thread', 'process'] as const)('is given up by a cancel: %s', async (where) => {
    const handle: Handle = endless.background({ where })
    handle.cancel(new Error('enough'))
    await expect(handle.done).rejects.toThrow('enough')
    await expect(handle.started).rejects.toThrow('enough')
    expect(handle.status).toBe('cancelled')
  })
})

describe('onDone of a detached run', () => {
  it.each(['returns', 'throws', 'crashes', 'starves'])(
    'is called there once, before done settles: %s',
    async (way) => {
      const { handle, dir, report } = start(told, { way }, { onDone: tell })
      await handle.done.catch(() => {})
      // `tell` fails where the file is there already.
      const text = readFileSync(join(dir, 'told'), 'utf8')
      const { status, pid, exitCode: code } = JSON.parse(text) as BackgroundReport
      expect(await report()).toMatchObject({ status, exitCode: code, pid })
      expect(handle.status).toBe(status)
    },
  )

  it('is called after a cancel', async () => {
    const { handle, dir } = start(told, { way: 'waits' }, { onDone: tell })
    await fileIn(dir, 'working')
    handle.cancel(new Error('enough'))
    await expect(handle.done).rejects.toThrow('enough')
    expect(JSON.parse(readFileSync(join(dir, 'told'), 'utf8')).status).toBe('cancelled')
  })

  it('that throws is a WeaveCallbackError and exit code 1, and leaves the outcomes', async () => {
    const { handle, report, logFile } = start(steps, { way: 'returns' }, { onDone: fails })
    const error = await handle.done.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'CONC_WEAVE_CALLBACK', cause: new RangeError('callback') })
    expect(await report()).toMatchObject({
      status: 'fulfilled',
      exitCode: 1,
      error: { message: 'callback' },
      tasks: { first: { status: 'fulfilled' } },
    })
    expect(readFileSync(logFile, 'utf8')).toContain('onDone of this run failed')
  })
})

describe('the parent of a detached run', () => {
  const program = fileURLToPath(new URL('../programs/detached-parent.mjs', import.meta.url))

  it('may exit at once', async () => {
    const dir = tempDir()
    const parent = spawn(process.execPath, [program, dir, 'returns', 'exit'])
    expect(await once(parent, 'exit')).toEqual([0, null])
    await fileIn(dir, 'told')
    const report = await readBackground(join(dir, 'result.json'))
    expect(report).toMatchObject({ status: 'fulfilled', exitCode: 0 })
  })

  it('may be killed', async () => {
    const dir = tempDir()
    const parent = spawn(process.execPath, [program, dir, 'waits', 'stay'])
    await fileIn(dir, 'working')
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    const resultFile = join(dir, 'result.json')
    const { status, pid } = await readBackground(resultFile)
    expect(status).toBe('running')
    process.kill(pid, 'SIGTERM')
    await fileIn(dir, 'told')
    await gone(pid)
    expect(await readBackground(resultFile)).toMatchObject({ status: 'cancelled', exitCode: 143 })
  })
})

describe('readBackground', () => {
  it('refuses what is no report', async () => {
    const file = join(tempDir(), 'file')
    await expect(readBackground(file)).rejects.toMatchObject({ code: 'ENOENT' })
    for (const text of ['', 'null', '{}', '[1]', '{ "version": 2 }']) {
      writeFileSync(file, text)
      await expect(readBackground(file)).rejects.toMatchObject({ code: 'CONC_WEAVE_RECORD' })
    }
  })

  it('says lost of a process that is gone, or whose id has another one now', async () => {
    const file = join(tempDir(), 'file')
    const facts = { version: 1, id: 'a', weave: 'w', status: 'running', tasks: {} }
    const record = { ...facts, startedAt: new Date().toISOString() }
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    writeFileSync(file, JSON.stringify({ ...record, pid: child.pid }))
    expect((await readBackground(file)).status).toBe('lost')
    writeFileSync(file, JSON.stringify({ ...record, pid: process.pid }))
    expect((await readBackground(file)).status).toBe('running')
    if (process.platform !== 'linux') return
    writeFileSync(file, JSON.stringify({ ...record, pid: process.pid, birth: '1' }))
    expect((await readBackground(file)).status).toBe('lost')
  })
})
