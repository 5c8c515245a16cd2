/** A word of a command line. */
export interface Token {
  readonly text: string
  /** It began with a quote, an escape or a bracket: a dash in front of it makes no option. */
  readonly isQuoted: boolean
}

/** A quote or bracket that is not closed. */
export class TokenError extends Error {
  static {
    TokenError.prototype.name = 'TokenError'
  }
}

const closing: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' }
const isBlank = (char: string): boolean => /\s/.test(char)

/**
 * Splits a command line at its blanks. Quotes and backslashes keep blanks and go away; brackets keep everything up to
 * the matching one as it is, for whoever parses the literal.
 *
 * @throws {TokenError}
 */
export function tokensOf(line: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < line.length) {
    if (isBlank(line.charAt(at))) {
      at++
      continue
    }
    const isQuoted = /["'\\[({]/.test(line.charAt(at))
    const word = readWord(line, at)
    tokens.push({ text: word.text, isQuoted })
    at = word.end
  }
  return tokens
}

interface Piece {
  readonly text: string
  readonly end: number
}

function readWord(line: string, start: number): Piece {
  let text = ''
  let at = start
  while (at < line.length && !isBlank(line.charAt(at))) {
    const piece = readPiece(line, at)
    text += piece.text
    at = piece.end
  }
  return { text, end: at }
}

function readPiece(line: string, at: number): Piece {
  const char = line.charAt(at)
  if (char === '"' || char === "'") return readQuoted(line, at)
  if (char === '\\') return readEscaped(line, at)
  if (Object.hasOwn(closing, char)) {
    const end = endOfBrackets(line, at)
    return { text: line.slice(at, end), end }
  }
  return { text: char, end: at + 1 }
}

function readEscaped(line: string, at: number): Piece {
  if (at + 1 >= line.length) throw new TokenError('nothing follows the backslash')
  return { text: line.charAt(at + 1), end: at + 2 }
}

function readQuoted(line: string, start: number): Piece {
  const quote = line.charAt(start)
  let text = ''
  let at = start + 1
  while (at < line.length && line.charAt(at) !== quote) {
    if (line.charAt(at) === '\\' && at + 1 < line.length) at++
    text += line.charAt(at)
    at++
  }
  if (at >= line.length) throw new TokenError(`no closing quote: ${quote}`)
  return { text, end: at + 1 }
}

/** Where the brackets that begin at `start` are all closed; what is in quotes does not count. */
function endOfBrackets(line: string, start: number): number {
  const open: string[] = []
  for (let at = start; at < line.length; at++) {
    const char = line.charAt(at)
    if (char === '"' || char === "'") at = endOfString(line, at)
    else if (Object.hasOwn(closing, char)) open.push(closing[char] as string)
    else if (char === open.at(-1)) open.pop()
    if (open.length === 0) return at + 1
  }
  throw new TokenError(`no closing bracket: ${open.at(-1)}`)
}

/** The position of the quote that closes the string at `start`. */
function endOfString(line: string, start: number): number {
  const quote = line.charAt(start)
  let at = start + 1
  while (at < line.length && line.charAt(at) !== quote) at += line.charAt(at) === '\\' ? 2 : 1
  if (at >= line.length) throw new TokenError(`no closing quote: ${quote}`)
  return at
}
