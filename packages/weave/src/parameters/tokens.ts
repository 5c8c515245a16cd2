import { Brackets } from './brackets.js'
import { numberKey, unescapeName, unescapeString } from './escapes.js'

/** `end` is also what text that is no JavaScript gives. */
export type TokenKind = 'name' | 'string' | 'number' | 'literal' | 'mark' | 'end'

const space = /[\s\uFEFF]+/y
const lineEnd = /[\n\r\u2028\u2029]/g
const identifier =
  /(?:[\w$#\u200C\u200D]|[^\0-\x7F\s\uFEFF]|\\u(?:\{[\da-fA-F]+\}|[\da-fA-F]{4}))+/y
const numeral = /0[xXbBoO][\da-fA-F_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?[\d_]+)?n?/y
const longMark = /=>|\.\.\.|\?\?|\?\.(?!\d)|\+\+|--/y
const flags = /[\w$]*/y

/** Reads a function's source token by token; linear, and never past what it is asked for. */
export class Tokens {
  kind: TokenKind = 'end'
  /** A mark's characters, a name's or string's value with its escapes resolved, a number as a property key. */
  text = ''
  readonly #source: string
  #at = 0
  readonly #brackets = new Brackets()

  constructor(source: string) {
    this.#source = source
  }

  /** How many brackets are open behind the current token. */
  get depth(): number {
    return this.#brackets.depth
  }

  /** Where the next token is searched. */
  get position(): number {
    return this.#at
  }

  is(mark: string): boolean {
    return this.kind === 'mark' && this.text === mark
  }

  /** Moves to the next token. */
  next(): this {
    this.#skipBlank()
    const first = this.#source.charAt(this.#at)
    if (first === '') return this.#set('end', '')
    if (isNumeric(first) && this.#read(numeral)) return this.#number()
    if (this.#read(identifier)) return this.#name()
    if (first === '"' || first === "'") return this.#string(first)
    if (first === '`') return this.#template()
    if (first === '/' && this.#brackets.allowsRegex) return this.#regex()
    return this.#mark(first)
  }

  /** Moves on to the comma or closing bracket that ends the current element at `depth`. */
  skipElement(depth: number): this {
    while (this.kind !== 'end' && !this.#endsElement(depth)) this.next()
    return this
  }

  #endsElement(depth: number): boolean {
    return this.depth < depth || (this.depth === depth && this.is(','))
  }

  #skipBlank(): void {
    for (;;) {
      const code = this.#source.charCodeAt(this.#at)
      // Most tokens follow each other at once, and letters start most of them.
      if (code > 0x2f && code < 0x80) return
      this.#read(space)
      if (this.#source.startsWith('//', this.#at)) this.#at = this.#find(lineEnd)
      else if (this.#source.startsWith('/*', this.#at)) this.#skipComment()
      else return
    }
  }

  #skipComment(): void {
    const end = this.#source.indexOf('*/', this.#at + 2)
    this.#at = end < 0 ? this.#source.length : end + 2
  }

  #number(): this {
    const text = this.#lastRead
    this.#brackets.literal()
    return this.#set('number', numberKey(text))
  }

  #name(): this {
    const text = this.#lastRead
    // A word with an escape in it is never a keyword.
    this.#brackets.name(text)
    return this.#set('name', unescapeName(text))
  }

  #string(quote: string): this {
    const start = this.#at + 1
    const end = this.#closing(start, quote)
    if (end < 0) return this.#unreadable()
    this.#at = end + 1
    this.#brackets.literal()
    return this.#set('string', unescapeString(this.#source.slice(start, end)))
  }

  /** Reads a template's text from the backtick or brace at the position on, to its end or its next `${`. */
  #template(): this {
    for (let at = this.#at + 1; at < this.#source.length; at++) {
      const char = this.#source.charAt(at)
      if (char === '\\') at++
      else if (char === '`') return this.#literal(at + 1)
      else if (char === '$' && this.#source.charAt(at + 1) === '{') {
        this.#at = at + 2
        this.#brackets.mark('${')
        return this.#set('mark', '${')
      }
    }
    return this.#unreadable()
  }

  #regex(): this {
    let isInClass = false
    for (let at = this.#at + 1; at < this.#source.length; at++) {
      const char = this.#source.charAt(at)
      if (char === '\\') at++
      else if (char === '[') isInClass = true
      else if (char === ']') isInClass = false
      else if (char === '/' && !isInClass) {
        flags.lastIndex = at + 1
        flags.test(this.#source)
        return this.#literal(flags.lastIndex)
      }
    }
    return this.#unreadable()
  }

  #literal(end: number): this {
    this.#at = end
    this.#brackets.literal()
    return this.#set('literal', '')
  }

  #mark(first: string): this {
    const isTemplate = first === '}' && this.#brackets.isInTemplate
    const mark = this.#read(longMark) ? this.#lastRead : first
    this.#brackets.mark(mark)
    if (isTemplate) return this.#template()
    if (mark === first) this.#at++
    return this.#set('mark', mark)
  }

  #unreadable(): this {
    this.#at = this.#source.length
    return this.#set('end', '')
  }

  #set(kind: TokenKind, text: string): this {
    this.kind = kind
    this.text = text
    return this
  }

  /** The index of the quote that closes a string; -1 where there is none. */
  #closing(start: number, quote: string): number {
    for (let at = start; at < this.#source.length; at++) {
      const char = this.#source.charAt(at)
      if (char === '\\') at++
      else if (char === quote) return at
    }
    return -1
  }

  #lastRead = ''

  #read(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    if (!pattern.test(this.#source)) return false
    this.#lastRead = this.#source.slice(this.#at, pattern.lastIndex)
    this.#at = pattern.lastIndex
    return true
  }

  #find(pattern: RegExp): number {
    pattern.lastIndex = this.#at
    return pattern.test(this.#source) ? pattern.lastIndex : this.#source.length
  }
}

function isNumeric(char: string): boolean {
  return (char >= '0' && char <= '9') || char === '.'
}
