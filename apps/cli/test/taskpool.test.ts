import { join } from 'node:path'
import { SimpleTaskPool } from '@conc/taskpool'
import { TcpControlServer, UnixControlServer } from '@conc/taskpool/control'
import { afterAll, describe, expect, it } from 'vitest'
import { conc, Folder, startOnTerminal } from './conc.js'

const folder = new Folder()
const cwd = folder.path

afterAll(() => folder.remove())

describe('conc taskpool', () => {
  it('sends commands over TCP, and tells failures', async () => {
    await using pool = new SimpleTaskPool(async () => {}, { name: 'demo' })
    await using server = await new TcpControlServer(pool, { port: 0 }).start()
    const { host, port } = server.address as { host: string; port: number }
    const ask = (...args: string[]): Promise<{ code: number | null; stdout: string }> =>
      conc(['taskpool', 'tcp', host, `${port}`, ...args], { cwd })
    expect(await ask('-c', 'pool-size', '-c', 'num-running')).toMatchObject({ code: 0 })
    expect((await ask('-c', 'no-such-command')).code).toBe(1)
  })

  it('is a prompt on a terminal, over a Unix socket', async () => {
    const path = join(cwd, 'control.sock')
    await using pool = new SimpleTaskPool(async () => {}, { name: 'demo' })
    await using _server = await new UnixControlServer(pool, { path }).start()
    const prompt = startOnTerminal(['taskpool', 'unix', path], { cwd })
    await prompt.says('> ')
    prompt.process.stdin?.write('num-running\r')
    await prompt.says(/\n0\r?\n/)
    prompt.process.stdin?.write('exit\r')
    expect(await prompt.ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Disconnected from control server.'),
    })
  })

  it('says what is missing', async () => {
    expect(
      await conc(['taskpool', 'unix', './nix.sock', '-c', 'pool-size'], { cwd }),
    ).toMatchObject({
      code: 1,
      stderr: 'No socket at ./nix.sock\nFailed to connect.\n',
    })
  })
})
