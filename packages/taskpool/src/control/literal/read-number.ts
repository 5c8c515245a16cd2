import { LiteralError } from './literal-error.js'

const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y

/** The number at `start`, by the grammar of JSON. */
export function readNumber(text: string, start: number): { value: number; end: number } {
  number.lastIndex = start
  const [digits, fraction, exponent] = number.exec(text) ?? []
  if (digits === undefined) throw new LiteralError('expected a number', start)
  const value = Number(digits)
  const isInteger = fraction === undefined && exponent === undefined
  if (isInteger && !Number.isSafeInteger(value)) {
    throw new LiteralError(`the integer ${digits.slice(0, 40)} is too large to be exact`, start)
  }
  if (!Number.isFinite(value)) throw new LiteralError('the number is too large', start)
  const end = start + digits.length
  if (/[\w.]/.test(text[end] ?? '')) throw new LiteralError('malformed number', start)
  return { value, end }
}
