import { LiteralError } from './literal-error.js'

const simple: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '/': '/',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** The string at `start`, in the quotes it begins with. */
export function readString(text: string, start: number): { value: string; end: number } {
  const quote = text[start]
  let value = ''
  let at = start + 1
  while (at < text.length && text[at] !== quote) {
    if (text[at] === '\\') {
      const escaped = readEscape(text, at)
      value += escaped.value
      at = escaped.end
    } else {
      value += text[at]
      at++
    }
  }
  if (at >= text.length) throw new LiteralError('a string without its closing quote', start)
  return { value, end: at + 1 }
}

function readEscape(text: string, start: number): { value: string; end: number } {
  const letter = text[start + 1] ?? ''
  const length = letter === 'u' ? 4 : letter === 'x' ? 2 : 0
  if (length > 0) return readCode(text, start, length)
  if (!Object.hasOwn(simple, letter)) throw new LiteralError(`unknown escape \\${letter}`, start)
  return { value: simple[letter] as string, end: start + 2 }
}

function readCode(text: string, start: number, length: number): { value: string; end: number } {
  const end = start + 2 + length
  const digits = text.slice(start + 2, end)
  if (digits.length < length || /[^0-9a-fA-F]/.test(digits)) {
    throw new LiteralError('malformed escape', start)
  }
  return { value: String.fromCharCode(Number.parseInt(digits, 16)), end }
}
