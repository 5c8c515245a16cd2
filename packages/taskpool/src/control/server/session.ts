import type { Socket } from 'node:net'
import { AuthenticationError } from '@conc/core'
import { Conditions, Timer } from '@conc/core/internal'
import { Interpreter } from '../command-line/interpreter.js'
import type { BoundCommand } from '../command-table/command.js'
import { ControlError } from '../errors.js'
import { type Framing, jsonFraming, type Request, textFraming } from '../wire/framing.js'
import { parseHandshake } from '../wire/handshake.js'
import { LineReader, LineTooLongError } from '../wire/line-reader.js'
import { errorReply, type Reply, replyOf } from '../wire/reply.js'

export interface SessionInit {
  readonly socket: Socket
  readonly poolName: string
  readonly commands: ReadonlyMap<string, BoundCommand>
  readonly maxLineBytes: number
  readonly handshakeTimeoutMs: number
  isTokenValid(token: string | undefined): boolean
}

/** Commands of one client that may run at a time; it is not read any further meanwhile. */
const maxOverlapping = 1000
const lingerMs = 1000

/** One client: its handshake, then its commands, until it or the server leaves. */
export class Session {
  readonly #init: SessionInit
  readonly #socket: Socket
  readonly #reader: LineReader
  readonly #changes = new Conditions()
  #framing: Framing = textFraming
  #interpreter: Interpreter | undefined
  #running = 0
  #isGone = false
  #refusal: Promise<void> | undefined

  constructor(init: SessionInit) {
    this.#init = init
    this.#socket = init.socket
    this.#reader = new LineReader(init.maxLineBytes)
    // What goes wrong with a connection ends it, and 'close' follows.
    this.#socket.on('error', () => {})
    this.#socket.once('close', () => this.#leave())
    this.#socket.on('drain', () => this.#changes.check())
  }

  get isEnding(): boolean {
    return this.#isGone
  }

  /** Whether the client has closed its half: it waits for replies, or has left, which does not show until it is sent one. */
  get isSilent(): boolean {
    return this.#socket.readableEnded
  }

  /** Settles when the connection is over. */
  async run(): Promise<void> {
    const { handshakeTimeoutMs } = this.#init
    const timer = new Timer(handshakeTimeoutMs, () => {
      this.refuse(new ControlError(`no first line within ${handshakeTimeoutMs} ms`))
    })
    try {
      for await (const line of this.#lines()) {
        if (this.#interpreter) await this.#handle(line, this.#interpreter)
        else if (this.#greet(line)) timer.clear()
        if (this.#isGone) break
      }
      await this.#changes.until(() => this.#running === 0 || this.#isGone)
    } catch (error) {
      if (error instanceof LineTooLongError) this.refuse(new ControlError(error.message))
    } finally {
      timer.clear()
      await (this.#refusal ?? this.end())
    }
  }

  /** Says why, and ends the connection when the client has closed its half, or some time later. */
  refuse(error: unknown): void {
    this.#write(this.#framing.write(errorReply(error)))
    this.#leave()
    this.#refusal ??= this.#linger()
  }

  /** Ends the connection; what was written still arrives, if the client takes it. */
  end(): Promise<void> {
    this.#leave()
    const socket = this.#socket
    socket.destroySoon()
    // Nothing is owed to a client that does not read.
    if (socket.writableNeedDrain) socket.destroy()
    return whenClosed(socket)
  }

  /** Closed with something unread, a connection is reset, and the client may never see what it was told. */
  async #linger(): Promise<void> {
    const socket = this.#socket
    const timer = new Timer(lingerMs, () => socket.destroy())
    socket.end()
    socket.resume()
    await whenClosed(socket)
    timer.clear()
  }

  /** The lines of the client; a last one without its end counts too. */
  async *#lines(): AsyncGenerator<string, void, undefined> {
    try {
      for await (const chunk of this.#socket.iterator({ destroyOnReturn: false }))
        yield* this.#reader.push(chunk as Buffer)
    } catch (error) {
      if (error instanceof LineTooLongError) throw error
      return
    }
    const rest = this.#reader.rest()
    if (rest !== undefined) yield rest
  }

  /** @returns whether the client may go on. */
  #greet(line: string): boolean {
    try {
      const { framing, token, width } = parseHandshake(line)
      this.#framing = framing === 'json' ? jsonFraming : textFraming
      if (!this.#init.isTokenValid(token)) throw new AuthenticationError('wrong token')
      this.#interpreter = new Interpreter(this.#init.commands, width)
      this.#write(this.#framing.write(replyOf(this.#init.poolName)))
      return true
    } catch (error) {
      this.refuse(error)
      return false
    }
  }

  async #handle(line: string, interpreter: Interpreter): Promise<void> {
    const request = this.#read(line)
    if (request === undefined) return
    const answered = this.#answer(request, interpreter)
    if (!this.#framing.overlaps) await this.#unlessGone(answered)
    const isReady = (): boolean =>
      this.#isGone || (this.#running < maxOverlapping && !this.#socket.writableNeedDrain)
    await this.#changes.until(isReady)
  }

  #read(line: string): Request | undefined {
    try {
      return this.#framing.read(line)
    } catch (error) {
      this.#write(this.#framing.write(errorReply(error)))
      return undefined
    }
  }

  async #answer({ id, command }: Request, interpreter: Interpreter): Promise<void> {
    this.#running++
    const reply = await execute(interpreter, command)
    this.#running--
    this.#write(this.#framing.write(reply, id))
    this.#changes.check()
  }

  /** A client that has left waits for nothing. */
  async #unlessGone(answered: Promise<void>): Promise<void> {
    let isAnswered = false
    void answered.then(() => {
      isAnswered = true
      this.#changes.check()
    })
    await this.#changes.until(() => isAnswered || this.#isGone)
  }

  #write(text: string): void {
    if (!this.#isGone && this.#socket.writable) this.#socket.write(text)
  }

  #leave(): void {
    this.#isGone = true
    this.#changes.check()
  }
}

function whenClosed(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve()
  return new Promise((resolve) => {
    socket.once('close', () => resolve())
  })
}

async function execute(interpreter: Interpreter, command: string): Promise<Reply> {
  try {
    return replyOf(await interpreter.run(command))
  } catch (error) {
    return errorReply(error)
  }
}
