import { usageError } from '../program/command-error.js'
import type { OptionSpec } from '../program/command-spec.js'
import type { Terminal } from '../terminal/terminal.js'
import { readSecret } from './secret-file.js'

export interface KeyValues {
  readonly authkey?: string
  readonly authkeyFile?: string
}

export const keyOptions: readonly OptionSpec[] = [
  {
    flags: '-a, --authkey <key>',
    summary: 'the key; CONC_AUTHKEY leaves no history',
    fallback: '""',
  },
  {
    flags: '--authkey-file <file>',
    summary: 'its first line is the key',
    fallback: 'CONC_AUTHKEY_FILE',
    completes: 'file',
  },
]

/** The environment for worker processes: the key lets others in, and is nothing for their tasks. */
export function envWithoutKey(): NodeJS.ProcessEnv {
  const { CONC_AUTHKEY: _key, CONC_AUTHKEY_FILE: _file, ...env } = process.env
  return env
}

/** The key: a flag before the environment, a text before a file. */
export function authkeyOf({ authkey, authkeyFile }: KeyValues, terminal: Terminal): string {
  const warn = (text: string): void => terminal.warn(text)
  if (authkey !== undefined && authkeyFile !== undefined) {
    throw usageError('--authkey and --authkey-file exclude each other.')
  }
  if (authkey !== undefined) return authkey
  if (authkeyFile !== undefined) return readSecret(authkeyFile, '--authkey-file', warn)
  const { CONC_AUTHKEY: text, CONC_AUTHKEY_FILE: file } = process.env
  if (text) return text
  return file ? readSecret(file, 'CONC_AUTHKEY_FILE', warn) : ''
}
