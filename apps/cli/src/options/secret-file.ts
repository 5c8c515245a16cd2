import { readFileSync, statSync } from 'node:fs'
import { usageError } from '../program/command-error.js'

const readableByOthers = 0o044

/** The first line of a file that holds a secret. @param warn told where others can read it. */
export function readSecret(path: string, flag: string, warn: (text: string) => void): string {
  const [line = ''] = readText(path, flag).split(/\r?\n/, 1)
  if (line === '') throw usageError(`${flag}: the first line of ${path} is empty.`)
  if ((statSync(path).mode & readableByOthers) !== 0) {
    warn(`${path} can be read by others: chmod 600 ${path}`)
  }
  return line
}

/** @throws {CommandError} the file cannot be read. */
export function readText(path: string, flag: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'a folder' : code
    throw usageError(`${flag} cannot read ${path}: ${why}.`)
  }
}
