import type { Readable, Writable } from 'node:stream'
import { ConnectionLostError } from '@conc/core'
import type { ControlClient } from '../client/control-client.js'
import { InteractivePrompt } from './interactive-prompt.js'
import { linesOf } from './lines-of.js'

/** Where a prompt reads and writes. */
export interface PromptIo {
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly output: Writable & { readonly columns?: number }
  readonly errors: Writable
  /** Run instead of what `input` says. */
  readonly commands?: readonly string[]
}

/**
 * Connects, and passes on what a person or a pipe says to a control server. On a terminal there is a prompt: `exit` or
 * Ctrl-D leaves, Ctrl-C drops the line or the wait. With `commands`, or an input that is no terminal, only replies are
 * printed.
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
    io.errors.write(`${messageOf(error)}\nFailed to connect.\n`)
    return 1
  }
  try {
    return await converse(client, io)
  } catch (error) {
    if (!(error instanceof ConnectionLostError)) throw error
    io.errors.write(`${error.message}\n`)
    return 1
  } finally {
    await client.close()
  }
}

async function converse(client: ControlClient, io: PromptIo): Promise<0 | 1> {
  if (io.commands !== undefined) return await runCommands(client, io, io.commands)
  if (io.input.isTTY) await new InteractivePrompt(client, io).run()
  else await runPipe(client, io)
  return 0
}

async function runCommands(
  client: ControlClient,
  { output }: PromptIo,
  commands: readonly string[],
): Promise<0 | 1> {
  let code: 0 | 1 = 0
  for (const command of commands) {
    const reply = await client.request(command, {})
    output.write(`${reply.text}\n`)
    if (!reply.ok) code = 1
  }
  return code
}

async function runPipe(client: ControlClient, { input, output }: PromptIo): Promise<void> {
  for await (const line of linesOf(input)) {
    const command = line.trim()
    if (command === 'exit') return
    if (command !== '') output.write(`${await client.send(command)}\n`)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
