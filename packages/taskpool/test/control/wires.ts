import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ControlAddress } from '../../src/control/index.js'

/** A client without manners: it sends what it likes, and reads lines. */
export class Wire {
  readonly socket: Socket
  #text = ''
  #isOver = false
  #changed: () => void = () => {}

  constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('utf8')
    socket.on('error', () => {})
    socket.on('data', (text: string) => {
      this.#text += text
      this.#changed()
    })
    socket.on('close', () => {
      this.#isOver = true
      this.#changed()
    })
  }

  /** Leaves without a word, as a process does that is killed. */
  vanish(): void {
    if (this.socket.remoteFamily === undefined) this.socket.destroy()
    else this.socket.resetAndDestroy()
  }

  send(text: string): void {
    this.socket.write(text)
  }

  /** The next line; `undefined` when the connection is over. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n')
      if (end >= 0) {
        const line = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 1)
        return line
      }
      if (this.#isOver) return undefined
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
  }

  /** The next lines. */
  async lines(count: number): Promise<(string | undefined)[]> {
    const lines: (string | undefined)[] = []
    while (lines.length < count) lines.push(await this.line())
    return lines
  }

  /** All that comes until the connection is over. */
  async rest(): Promise<string> {
    while (!this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
    return this.#text
  }

  /** Sends one line and reads one. */
  async ask(line: string): Promise<string | undefined> {
    this.send(`${line}\n`)
    return await this.line()
  }
}

export async function wireTo(address: ControlAddress): Promise<Wire> {
  const socket = 'path' in address ? connect(address.path) : connect(address.port, address.host)
  const wire = new Wire(socket)
  await once(socket, 'connect')
  onTestFinished(() => void socket.destroy())
  return wire
}

/** Connected, and past the handshake. */
export async function greeted(address: ControlAddress, handshake: object = {}): Promise<Wire> {
  const wire = await wireTo(address)
  await wire.ask(JSON.stringify(handshake))
  return wire
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
