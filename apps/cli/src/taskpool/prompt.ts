import { type ControlClient, runControlPrompt } from '@conc/taskpool/control'
import { readSecret } from '../options/secret-file.js'
import type { CommandCall } from '../program/command-spec.js'

export interface TaskpoolValues {
  readonly command?: readonly string[]
  readonly tokenFile?: string
}

/** The token for the server, where there is one. */
export function tokenOf({ options, terminal }: CommandCall<TaskpoolValues>): { token?: string } {
  const { tokenFile } = options
  const token =
    tokenFile === undefined
      ? process.env.CONC_CONTROL_TOKEN
      : readSecret(tokenFile, '--token-file', (text) => terminal.warn(text))
  return token ? { token } : {}
}

/** Talks to the server until the person, the commands or the server end it. */
export function converse(
  client: ControlClient,
  { options, terminal }: CommandCall<TaskpoolValues>,
): Promise<number> {
  const { command } = options
  return runControlPrompt(client, {
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
    format: terminal.isJson ? 'json' : 'text',
    ...(command !== undefined && { commands: command }),
  })
}
