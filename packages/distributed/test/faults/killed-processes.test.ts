import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { balance, ConnectionLostError, task } from '@conc/core'
import { connect, type Session } from '@conc/distributed'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const authkey = 'a key of enough bytes'
const note = task('faults/note', (_file: string, _line: string) => {})
const wait = task('faults/wait', async (_file: string, _line: string) => {})

const children: ChildProcess[] = []
const sessions: Session[] = []
let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conc-faults-'))
  file = join(folder, 'lines')
})

afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close({ pending: 'reject' })
  for (const child of children.splice(0)) await kill(child)
  rmSync(folder, { recursive: true })
})

function start(program: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
  const path = fileURLToPath(new URL(`../fixtures/${program}`, import.meta.url))
  const child = fork(path, { env: { ...process.env, ...env }, execArgv: [] })
  children.push(child)
  return child
}

async function startServer(port = 0): Promise<{ child: ChildProcess; port: number }> {
  const child = start('serves.mjs', { PORT: String(port) })
  const [message] = (await once(child, 'message')) as [{ port: number }]
  return { child, port: message.port }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function sessionTo(port: number, lazy = false): Promise<Session> {
  const session = await connect({ port, authkey, lazy, reconnectMs: 100 })
  sessions.push(session)
  return session
}

function lines(): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
}

describe('a server that is killed', () => {
  it('settles each call in flight, and tells which had begun', async () => {
    const { child, port } = await startServer()
    const session = await sessionTo(port)
    const calls = Array.from({ length: 1000 }, (_, index) =>
      session.submit(wait, [file, `${index}`]).catch((error) => error),
    )
    await expect.poll(() => session.load.running, { timeout: 20_000 }).toBe(1000)
    await kill(child)
    const errors = await Promise.all(calls)
    for (const error of errors) {
      expect(error).toBeInstanceOf(ConnectionLostError)
      expect(error).toMatchObject({ started: true, task: 'faults/wait' })
    }
    expect(lines()).toHaveLength(1000)
  })

  it('loses nothing that may be tried elsewhere', async () => {
    const [one, other] = await Promise.all([startServer(), startServer()])
    const both = [await sessionTo(one.port, true), await sessionTo(other.port, true)]
    await Promise.all(both.map((session) => session.ready()))
    const executor = balance(both)
    const again = { retry: { times: 5, delayMs: 20 }, idempotencyKey: '' }
    const calls: Promise<unknown>[] = []
    for (let index = 0; index < 500; index++) {
      const options = { ...again, idempotencyKey: `key ${index}` }
      calls.push(executor.submit(note, [file, `${index}`], options))
      if (index === 250) await kill(one.child)
      if (index % 25 === 0) await new Promise(setImmediate)
    }
    await Promise.all(calls)
    const seen = new Set(lines())
    expect(seen.size).toBe(500)
    await executor.close()
  })

  it('is taken back by a lazy session when it has been started again', async () => {
    const { child, port } = await startServer()
    const session = await sessionTo(port, true)
    await session.ready()
    await kill(child)
    await expect.poll(() => session.state).toBe('reconnecting')
    await startServer(port)
    await session.ready()
    await session.submit(note, [file, 'back'])
    expect(lines()).toEqual(['back'])
  })
})

describe('a lazy session without a server', () => {
  it('does not keep its program alive', async () => {
    const program = start('forgets-its-session.mjs')
    const [code] = await once(program, 'exit')
    expect(code).toBe(0)
  })
})

describe('a client that is killed', () => {
  it('has its work cancelled', async () => {
    const { port } = await startServer()
    const client = start('waits-on-a-call.mjs', { PORT: String(port), FILE: file })
    await expect.poll(lines, { timeout: 20_000 }).toEqual(['began of the client'])
    await kill(client)
    await expect
      .poll(lines, { timeout: 20_000 })
      .toEqual(['began of the client', 'client of the client'])
  })
})
