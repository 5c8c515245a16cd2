import { isRecord } from '../../pool/checks.js'
import { LiteralError } from '../literal/literal-error.js'
import { parseLiteral } from '../literal/parse-literal.js'
import { ValueError, type ValueType } from './parameter.js'

export type NamedFunction = (...args: never[]) => unknown

export const integer: ValueType = {
  label: 'int',
  read(text) {
    const value = Number(text)
    if (/^[-+]?\d+$/.test(text) && Number.isSafeInteger(value)) return value
    throw new ValueError(`invalid int value: '${text}'`)
  },
}

export const size: ValueType = {
  label: 'int or inf',
  read: (text) => (/^inf(inity)?$/i.test(text) ? Number.POSITIVE_INFINITY : integer.read(text)),
}

export const string: ValueType = { label: 'str', read: (text) => text }

export const list: ValueType = {
  label: 'literal list',
  read: (text) => literal(text, 'list', (value) => Array.isArray(value)),
}

export const record: ValueType = {
  label: 'literal dict',
  read: (text) => literal(text, 'dict', isRecord),
}

/** The name of one of `functions`. */
export function functionOf(functions: ReadonlyMap<string, NamedFunction>): ValueType {
  return {
    label: 'function name',
    read(text) {
      const found = functions.get(text)
      if (found) return found
      throw new ValueError(invalidChoice(text, functions.keys()))
    },
  }
}

export function invalidChoice(text: string, choices: Iterable<string>): string {
  const shown = [...choices].map((name) => `'${name}'`).join(', ')
  return `invalid choice: '${text}' (choose from ${shown || 'none'})`
}

function literal(text: string, kind: string, isKind: (value: unknown) => boolean): unknown {
  try {
    const value = parseLiteral(text)
    if (isKind(value)) return value
  } catch (error) {
    if (!(error instanceof LiteralError)) throw error
    throw new ValueError(`invalid literal ${kind} value: ${shortened(text)}: ${error.message}`)
  }
  throw new ValueError(`invalid literal ${kind} value: ${shortened(text)}`)
}

function shortened(text: string): string {
  return text.length > 60 ? `'${text.slice(0, 59)}…'` : `'${text}'`
}
