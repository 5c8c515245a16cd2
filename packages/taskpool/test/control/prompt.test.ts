import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  runControlPrompt,
  TcpControlClient,
  TcpControlServer,
  UnixControlClient,
} from '../../src/control/index.js'
import { SimpleTaskPool } from '../../src/index.js'
import { waits } from '../bodies.js'

async function serve(): Promise<TcpControlServer> {
  const pool = new SimpleTaskPool(waits, { name: 'demo' })
  const server = await new TcpControlServer(pool, { port: 0 }).start()
  onTestFinished(() => server.close())
  return server
}

/** The screen of a person: what is typed waits for what is shown. */
class Terminal {
  readonly input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} })
  readonly output = Object.assign(new PassThrough(), { columns: 80 })
  readonly errors = new PassThrough()
  #shown = ''
  #changed: () => void = () => {}

  constructor() {
    this.output.setEncoding('utf8')
    this.output.on('data', (text: string) => {
      this.#shown += text
      this.#changed()
    })
  }

  /** Waits until `text` is shown, and forgets what came up to it. @returns that. */
  async sees(text: string): Promise<string> {
    for (;;) {
      const at = this.#shown.indexOf(text)
      if (at >= 0) {
        const seen = this.#shown.slice(0, at + text.length)
        this.#shown = this.#shown.slice(at + text.length)
        return seen
      }
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
  }
}

function clientOf({ address }: TcpControlServer): TcpControlClient {
  return new TcpControlClient(address.host, address.port)
}

const textOf = (stream: PassThrough): string => String(stream.read() ?? '')

describe('runControlPrompt', () => {
  it('talks with a person', async () => {
    const server = await serve()
    const terminal = new Terminal()
    const ended = runControlPrompt(clientOf(server), terminal)
    await terminal.sees('Connected to SimpleTaskPool-demo\n')
    await terminal.sees(
      "Type '-h' to get help and usage instructions for all available commands.\n",
    )
    await terminal.sees('> ')
    terminal.input.write('start 2\r')
    await terminal.sees('start-group-0\n')
    terminal.input.write('\rnum-running\r')
    await terminal.sees('2\n')
    terminal.input.write('foo\r')
    await terminal.sees("invalid choice: 'foo'")
    terminal.input.write('exit\r')
    await terminal.sees('Disconnected from control server.\n')
    expect(await ended).toBe(0)
  })

  it('drops the wait, or the line, at Ctrl-C', async () => {
    const server = await serve()
    const terminal = new Terminal()
    const ended = runControlPrompt(clientOf(server), terminal)
    await terminal.sees('> ')
    terminal.input.write('until-closed\r')
    await terminal.sees('until-closed\r\n')
    terminal.input.write('\x03')
    await terminal.sees('^C\n')
    await terminal.sees('> ')
    terminal.input.write('stop-all')
    await terminal.sees('stop-all')
    terminal.input.write('\x03')
    await terminal.sees('^C\n')
    terminal.input.write('num-running\r')
    await terminal.sees('\n0\n')
    terminal.input.write('\x04')
    await terminal.sees('Disconnected from control server.\n')
    expect(await ended).toBe(0)
  })

  it('ends with the server', async () => {
    const server = await serve()
    const terminal = new Terminal()
    const ended = runControlPrompt(clientOf(server), terminal)
    await terminal.sees('> ')
    await server.close()
    await terminal.sees('Disconnected from control server.\n')
    expect(await ended).toBe(0)
  })

  it('prints replies only where the input is no terminal', async () => {
    const server = await serve()
    const [output, errors] = [new PassThrough(), new PassThrough()]
    const input = Readable.from(['start 2\n\nnum-ru', 'nning\nfoo bar\nnum-ended'])
    expect(await runControlPrompt(clientOf(server), { input, output, errors })).toBe(0)
    const [first, second, usage, reason, last] = textOf(output).split('\n')
    expect([first, second, usage, last]).toEqual([
      'start-group-0',
      '2',
      'usage: [-h] [command] ...',
      '0',
    ])
    expect(reason).toContain("invalid choice: 'foo'")
  })

  it('runs commands instead, and says whether they all succeeded', async () => {
    const server = await serve()
    const run = async (...commands: string[]) => {
      const [output, errors] = [new PassThrough(), new PassThrough()]
      const io = { input: new PassThrough(), output, errors, commands }
      return [await runControlPrompt(clientOf(server), io), textOf(output)]
    }
    expect(await run('start 1', 'num-running')).toEqual([0, 'start-group-0\n1\n'])
    expect(await run('cancel 9', 'num-running')).toEqual([
      1,
      'TaskNotFoundError: No task with ID 9 found in SimpleTaskPool-demo\n1\n',
    ])
  })

  it('says why it cannot connect', async () => {
    const [output, errors] = [new PassThrough(), new PassThrough()]
    const client = new UnixControlClient('/nowhere/pool.sock')
    expect(await runControlPrompt(client, { input: new PassThrough(), output, errors })).toBe(1)
    expect(textOf(errors)).toBe('No socket at /nowhere/pool.sock\nFailed to connect.\n')
  })
})
