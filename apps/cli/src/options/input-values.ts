import { readFileSync } from 'node:fs'
import { usageError } from '../program/command-error.js'
import { readText } from './secret-file.js'

const standardInput = 0

/** A file's text, or stdin's where it is called `-`. */
export function readFileOrStdin(path: string, flag: string): string {
  return path === '-' ? readFileSync(standardInput, 'utf8') : readText(path, flag)
}

/** JSON, or a usage error that says what was to be JSON. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const remedy = `A string needs quotes: '${JSON.stringify(text)}'.`
    throw usageError(`${what} is not JSON: ${text}. ${remedy}`)
  }
}

/** `--inputs-file`, then each `--input k=json`, as one object. */
export function inputValues(values: {
  readonly input?: readonly (readonly [string, string])[]
  readonly inputsFile?: string
}): Record<string, unknown> {
  const inputs = values.inputsFile === undefined ? {} : inputsFrom(values.inputsFile)
  for (const [name, text] of values.input ?? []) inputs[name] = parseJson(text, `input '${name}'`)
  return inputs
}

function inputsFrom(path: string): Record<string, unknown> {
  const text = readFileOrStdin(path, '--inputs-file')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw usageError(`--inputs-file: ${path} is not JSON: ${(error as Error).message}.`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw usageError(`--inputs-file expects a JSON object in ${path}.`)
}
