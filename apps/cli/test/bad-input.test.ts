import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conc, Folder } from './conc.js'
import { type RunningPool, startPool } from './pools.js'
import { brokenModule, emptyModule, tasksModule } from './tasks.js'

const folder = new Folder({
  'tasks.js': tasksModule,
  'broken.js': brokenModule,
  'empty.js': emptyModule,
})
const cwd = folder.path
let pool: RunningPool

beforeAll(async () => {
  pool = await startPool({ cwd }, '--name', 'calm', '--authkey', 'open sesame')
})
afterAll(() => {
  pool.child.process.kill('SIGKILL')
  folder.remove()
})

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

describe('bad input', () => {
  it.each([
    [['pool', 'up', '--port', 'abc'], "--port expects an integer from 0 to 65535, got 'abc'."],
    [['pool', 'up', '--port', '70000'], '--port expects an integer from 0 to 65535, got 70000.'],
    [['pool', 'up', '--breadth', '-1'], '--breadth expects a whole number from 0, got -1.'],
    [['pool', 'up', '-b', '1.5'], '--breadth expects a whole number from 0, got 1.5.'],
    [
      ['pool', 'up', '--grace', 'soon'],
      "--grace expects a time such as 500ms, 30s, 5m or 1h, got 'soon'.",
    ],
    [['pool', 'up', '-b', '2', '--quorum', '3'], '--quorum expects at most the breadth, 2, got 3.'],
    [
      ['ping', '-p', '1', '-a', 'x', '--authkey-file', 'y'],
      '--authkey and --authkey-file exclude each other.',
    ],
    [
      ['ping', '-p', '1', '--authkey-file', './nix'],
      '--authkey-file cannot read ./nix: no such file.',
    ],
    [
      ['run', 'greet', 'bob', '-p', '1'],
      `argument 1 is not JSON: bob. A string needs quotes: '"bob"'.`,
    ],
    [
      ['weave', 'run', './empty.js', '--on', 'mars'],
      "--on expects inline, threads[:n], processes[:n], ws://host:port, wss://… or redis://host:port[/queue], got 'mars'.",
    ],
    [['completion', 'nush'], "completion expects bash, zsh or fish, got 'nush'."],
    [['worker', '-m', './tasks.js'], 'worker needs --engine bullmq.'],
  ])('%s is a usage error', async (args, what) => {
    const { code, stderr, stdout } = await conc(args, { cwd })
    expect(stderr.split('\n')[0]).toBe(`conc: ${what}`)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it.each([
    [['run'], "missing required argument 'task'.\nUsage: conc run <task> [args...]"],
    [
      ['taskpool', 'tcp', 'localhost'],
      "missing required argument 'port'.\nUsage: conc taskpool tcp <host> <port>",
    ],
    [['fly'], "unknown command 'fly'.\nconc --help lists the commands."],
    [['pnig'], "unknown command 'pnig'.\nDid you mean ping?"],
    [['ping', '--prot', '1'], "unknown option '--prot'.\nDid you mean --port?"],
  ])('%s is told what there is', async (args, what) => {
    const { code, stderr, stdout } = await conc(args, { cwd })
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `conc: ${what}\n` })
  })

  it('names the pools that run where none is said', async () => {
    expect(await conc(['pool', 'down'], { cwd })).toMatchObject({
      code: 2,
      stderr: `conc: pool down needs --port or --name. Running here: calm (port ${pool.port}).\n`,
    })
    expect(await conc(['ping', '--name', 'clam'], { cwd })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("conc: no pool of yours is called 'clam' here."),
    })
  })

  it('says what is wrong with a module', async () => {
    expect(await conc(['pool', 'up', '--module', './t.mjs'], { cwd })).toMatchObject({
      code: 5,
      stderr: 'conc: cannot load ./t.mjs: no such file.\n',
    })
    const broken = await conc(['pool', 'up', '-b', '1', '-m', './broken.js'], { cwd })
    expect(broken.code).toBe(5)
    expect(broken.stderr).toContain(
      'conc: cannot load ./broken.js: RangeError: not today (./broken.js:1:7).\n',
    )
    const empty = await conc(['pool', 'up', '-b', '1', '-m', './empty.js'], { cwd })
    expect(empty).toMatchObject({ code: 5 })
    expect(empty.stderr).toContain('conc: ./empty.js declares no task; it exports answer.\n')
    expect(await conc(['weave', 'plan', './empty.js#daily'], { cwd })).toMatchObject({
      code: 2,
      stderr: "conc: ./empty.js exports no 'daily'. It exports answer.\n",
    })
  })

  it('leaves a pool alone whose port or name is taken', async () => {
    const port = ['pool', 'up', '-b', '1', '-m', './tasks.js', '-p', pool.port]
    const busy = await conc(port, { cwd })
    expect(busy.code).toBe(5)
    expect(busy.stderr).toContain(`conc: port ${pool.port} on localhost is in use.\n`)
    const named = await conc(['pool', 'up', '-m', './tasks.js', '-n', 'calm'], { cwd })
    expect(named.code).toBe(5)
    expect(named.stderr).toContain("conc: a pool called 'calm' runs already")
    expect((await conc(['ping', '-n', 'calm', '-a', 'open sesame'], { cwd })).code).toBe(0)
  })

  it('does not open a pool to others without key and TLS', async () => {
    expect(await conc(['pool', 'up', '--host', '0.0.0.0'], { cwd })).toMatchObject({
      code: 2,
      stderr:
        'conc: --host 0.0.0.0 can be reached by others and needs a key of at least 16 bytes (--authkey-file) and TLS (--tls-cert, --tls-key).\n--insecure allows less.\n',
    })
  })

  it('tells nobody there from a wrong key', async () => {
    const port = await closedPort()
    expect(await conc(['ping', '-p', `${port}`], { cwd })).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(`^conc: nothing listens on localhost:${port}.\n`),
    })
    expect(await conc(['ping', '-p', pool.port, '-a', 'wrong'], { cwd })).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(`^conc: localhost:${pool.port} refused the key.\n`),
    })
    expect((await conc(['ping', '-n', 'calm', '-a', 'open sesame'], { cwd })).code).toBe(0)
  })
})
