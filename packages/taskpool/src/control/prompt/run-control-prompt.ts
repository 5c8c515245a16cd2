import type { Readable, Writable } from 'node:stream'
import { ConnectionLostError } from '@conc/core'
import type { ControlClient } from '../client/control-client.js'
import type { Reply } from '../wire/reply.js'
import { InteractivePrompt } from './interactive-prompt.js'
import { linesOf } from './lines-of.js'

/** Where a prompt reads and writes. */
export interface PromptIo {
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly output: Writable & { readonly columns?: number }
  readonly errors: Writable
  /** Run instead of what `input` says. */
  readonly commands?: readonly string[]
  /** How replies are printed. `'json'`, for programs: values on lines of `output`, errors on lines of `errors`. Default `'text'`. */
  readonly format?: 'text' | 'json'
}

/**
 * Connects, and passes on what a person or a pipe says to a control server. On a terminal there is a prompt: `exit` or
 * Ctrl-D leaves, Ctrl-C drops the line or the wait. With `commands`, or an input that is no terminal, only replies are
 * printed; so it is with `format: 'json'`.
 *
 * @returns 1 where it could not connect, lost the connection, or one of `commands` failed; else 0.
 * @example
 * process.exitCode = await runControlPrompt(new TcpControlClient('127.0.0.1', 8001),
 *   { input: process.stdin, output: process.stdout, errors: process.stderr })
 */
export async function runControlPrompt(client: ControlClient, io: PromptIo): Promise<0 | 1> {
  const { columns } = io.output
  try {
    await client.connect(columns === undefined ? {} : { terminalWidth: columns })
  } catch (error) {
    if (isJson(io)) tell(io, error)
    else io.errors.write(`${messageOf(error)}\nFailed to connect.\n`)
    return 1
  }
  try {
    return await converse(client, io)
  } catch (error) {
    if (!(error instanceof ConnectionLostError)) throw error
    if (isJson(io)) tell(io, error)
    else io.errors.write(`${error.message}\n`)
    return 1
  } finally {
    await client.close()
  }
}

async function converse(client: ControlClient, io: PromptIo): Promise<0 | 1> {
  if (io.commands !== undefined) return await runCommands(client, io, io.commands)
  if (io.input.isTTY && !isJson(io)) await new InteractivePrompt(client, io).run()
  else await runPipe(client, io)
  return 0
}

async function runCommands(
  client: ControlClient,
  io: PromptIo,
  commands: readonly string[],
): Promise<0 | 1> {
  let code: 0 | 1 = 0
  for (const command of commands) {
    const reply = await client.request(command, {})
    show(io, reply)
    if (!reply.ok) code = 1
  }
  return code
}

async function runPipe(client: ControlClient, io: PromptIo): Promise<void> {
  for await (const line of linesOf(io.input)) {
    const command = line.trim()
    if (command === 'exit') return
    if (command !== '') show(io, await client.request(command, {}))
  }
}

function show(io: PromptIo, reply: Reply): void {
  if (!isJson(io)) io.output.write(`${reply.text}\n`)
  else if (reply.ok) io.output.write(`${JSON.stringify(reply.value)}\n`)
  else tell(io, reply.error)
}

/** An error as a line of JSON. */
function tell({ errors }: PromptIo, error: unknown): void {
  const { name, code, message = String(error) } = error as Partial<NodeJS.ErrnoException>
  errors.write(`${JSON.stringify({ error: { name, code, message } })}\n`)
}

function isJson({ format }: PromptIo): boolean {
  return format === 'json'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
