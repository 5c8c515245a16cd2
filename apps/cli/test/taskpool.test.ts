import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { SimpleTaskPool } from '@conc/taskpool'
import { TcpControlServer, UnixControlServer } from '@conc/taskpool/control'
import { afterAll, describe, expect, it } from 'vitest'
import { conc, type Ended, Folder, startOnTerminal } from './conc.js'

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

  it('prints values and errors as JSON', async () => {
    await using pool = new SimpleTaskPool(async () => {}, { name: 'demo', poolSize: 0 })
    await using server = await new TcpControlServer(pool, { port: 0 }).start()
    const { host, port } = server.address as { host: string; port: number }
    const ask = (at: number, surroundings: object, ...args: string[]): Promise<Ended> =>
      conc(['taskpool', 'tcp', host, `${at}`, '--json', ...args], { cwd, ...surroundings })
    const [failing, piped, nobody] = await Promise.all([
      ask(port, {}, '-c', 'get-group-ids', '-c', 'stop 0', '-c', 'lock'),
      ask(port, { input: 'num-running\n\nfunc-name\n' }),
      ask(1, {}, '-c', 'lock'),
    ])
    expect(failing).toMatchObject({ code: 1, stdout: '[]\nnull\n' })
    expect(JSON.parse(failing.stderr)).toMatchObject({
      error: { name: 'InvalidOptionError', code: 'CONC_INVALID_OPTION' },
    })
    expect(piped).toEqual({ code: 0, stdout: '0\n"anonymous"\n', stderr: '' })
    expect(nobody).toMatchObject({ code: 1, stdout: '' })
    expect(JSON.parse(nobody.stderr)).toMatchObject({ error: { code: 'CONC_CONNECTION_LOST' } })
    await pool.close({ pending: 'reject' })
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

  it('drops the line on Ctrl-C, asks nothing for an empty one, and ends on Ctrl-D', async () => {
    await using pool = new SimpleTaskPool(async () => {}, { name: 'demo' })
    await using server = await new TcpControlServer(pool, { port: 0 }).start()
    const { host, port } = server.address as { host: string; port: number }
    const prompt = startOnTerminal(['taskpool', 'tcp', host, `${port}`], { cwd })
    await prompt.says('> ')
    expect(prompt.stdout).toContain(
      "Type '-h' to get help and usage instructions for all available commands.",
    )
    expect(prompt.stdout).toMatch(/^Connected to SimpleTaskPool-demo|^Connected to demo/m)
    prompt.process.stdin?.write('no-such-command\x03')
    prompt.process.stdin?.write('\rnum-running\r')
    await prompt.says(/num-running\r[\s\S]*0\r?\n/)
    prompt.process.stdin?.write('\x04')
    const { code, stdout } = await prompt.ended
    expect(code).toBe(0)
    expect(stdout).not.toContain('invalid')
    expect(stdout).toContain('Disconnected from control server.')
  })

  it('has no prompt in a pipe', async () => {
    await using pool = new SimpleTaskPool(async () => {}, { name: 'demo' })
    await using server = await new TcpControlServer(pool, { port: 0 }).start()
    const { host, port } = server.address as { host: string; port: number }
    const args = ['taskpool', 'tcp', host, `${port}`]
    const { code, stdout } = await conc(args, { cwd, input: 'num-running\n\nnum-running\n' })
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.not.stringContaining('> ') })
    expect(stdout.match(/^0$/gm)).toHaveLength(2)
  })

  it('shows its token, from a file or the environment', async () => {
    const token = 'a token of enough bytes'
    folder.write('token', `${token}\n`)
    chmodSync(join(cwd, 'token'), 0o600)
    await using pool = new SimpleTaskPool(async () => {}, { name: 'demo' })
    await using server = await new TcpControlServer(pool, { port: 0, token }).start()
    const { host, port } = server.address as { host: string; port: number }
    const args = ['taskpool', 'tcp', host, `${port}`, '-c', 'num-running']
    const [none, file, variable] = await Promise.all([
      conc(args, { cwd }),
      conc([...args, '--token-file', 'token'], { cwd }),
      conc(args, { cwd, env: { CONC_CONTROL_TOKEN: token } }),
    ])
    expect([none.code, file.code, variable.code]).toEqual([1, 0, 0])
  })

  it('says what is missing', async () => {
    const [unix, tcp, port] = await Promise.all([
      conc(['taskpool', 'unix', './nix.sock', '-c', 'pool-size'], { cwd }),
      conc(['taskpool', 'tcp', '127.0.0.1', '1'], { cwd }),
      conc(['taskpool', 'tcp', '127.0.0.1', 'x'], { cwd }),
    ])
    expect(unix).toMatchObject({
      code: 1,
      stderr: 'No socket at ./nix.sock\nFailed to connect.\n',
    })
    expect(tcp).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/ECONNREFUSED[\s\S]*\nFailed to connect\.\n$/),
    })
    expect(port).toMatchObject({
      code: 2,
      stderr: "conc: port expects an integer from 0 to 65535, got 'x'.\n",
    })
  })
})
