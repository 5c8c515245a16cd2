import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { WorkerPool } from '@conc/distributed'
import { describe, expect, it } from 'vitest'
import { environment } from './fixtures/tasks.mjs'
import { Lab, processGone } from './lab.js'

function fileOf(program: string): string {
  return fileURLToPath(new URL(`./programs/${program}.mjs`, import.meta.url))
}

/** Runs a program and waits for its own end; one that hangs is killed and fails. */
async function run(program: string, ...flags: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, fileOf(program)], {
    timeout: 50_000,
  })
  return stdout.trim()
}

describe('the process', { timeout: 60_000 }, () => {
  it('is not held by a pool that has nothing to do, closed or not', async () => {
    expect(await run('idle')).toBe('3')
  })

  it('prints what tasks print as long as nobody reads the records of it', async () => {
    const unheard = (await run('printing')).split('\n')
    expect(unheard).toEqual(expect.arrayContaining(['imported', 'log x', 'debug x', 'raw out']))
    const within = (await run('printing', '--title=within')).split('\n')
    expect(within.filter((line) => line === 'log x')).toHaveLength(1)
    const heard = await run('printing', '--title=heard')
    expect(heard).toMatch(/^> [\d:.]+ info pool-1 w1 saying\/print \w+-\d+ log x$/m)
    expect(heard).toMatch(/^> [\d:.]+ info pool-1 w1 ready, pid \d+$/m)
    expect(heard).not.toMatch(/^log x$/m)
  })

  it('is held by accepted work until it is done', async () => {
    expect((await run('working')).split('\n')).toEqual(['2', '4', '6'])
  })

  it('is profiled alone, however its flags are written', async () => {
    const { folder } = await Lab.open()
    const flags = ['--cpu-prof', '--cpu-prof-dir', folder, '--cpu-prof-interval', '5000']
    expect((await run('working', ...flags)).split('\n')).toEqual(['2', '4', '6'])
    expect(await readdir(folder)).toHaveLength(1)
  })

  it('takes its workers along when it exits', async () => {
    await processGone(Number(await run('exiting')))
  })

  it('has no handle left after rounds of open and close', async () => {
    expect(JSON.parse(await run('rounds'))).toEqual({ more: 0, listeners: 0 })
  })

  it('has its memory back after 60 000 calls under one signal', async () => {
    expect(await run('memory', '--expose-gc')).toBe('flat')
  })

  it('is told where a worker imports the program that opens its pool', async () => {
    expect(await run('loose')).toBe('CONC_WHILE_IMPORTING')
  })

  it.each([
    ['whose loop is blocked', 'killed', 2],
    ['that imports the module of its first task', 'killed-importing', 1],
  ])('leaves no worker behind when it is killed, not even one %s', async (_, program, workers) => {
    const child = spawn(process.execPath, [fileOf(program)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const pids = line.toString().trim().split(' ').map(Number)
    expect(pids).toHaveLength(workers)
    child.kill('SIGKILL')
    await Promise.all(pids.map(processGone))
  })
})

describe('a worker process', () => {
  it("gets nothing by argument or environment, and its parent's loaders but not its debugger", async () => {
    const execArgv = ['--enable-source-maps']
    await using pool = new WorkerPool({ breadth: 1, execArgv, env: { PATH: '/bin', MARK: '1' } })
    const told = await pool.submit(environment, [])
    expect(told).toMatchObject({ argv: [], execArgv })
    expect(told.env.sort()).toEqual(['MARK', 'PATH'])
  })
})
