import { LiteralError } from './literal-error.js'
import { readNumber } from './read-number.js'
import { readString } from './read-string.js'

const maxDepth = 64
const constants: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  null: null,
  True: true,
  False: false,
  None: null,
}

/**
 * The value of a literal: JSON, and besides single quotes, tuples as arrays, trailing commas, `True`, `False` and
 * `None`. Nothing is evaluated.
 *
 * @throws {LiteralError}
 */
export function parseLiteral(text: string): unknown {
  const parser = new LiteralParser(text)
  const value = parser.value(0)
  parser.end()
  return value
}

class LiteralParser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): unknown {
    this.#skipBlanks()
    const first = this.#text[this.#at]
    if (first === '[') return this.#items(']', depth).items
    if (first === '(') return this.#tuple(depth)
    if (first === '{') return this.#record(depth)
    if (first === '"' || first === "'") return this.#advance(readString(this.#text, this.#at))
    if (first !== undefined && /[-\d]/.test(first)) {
      return this.#advance(readNumber(this.#text, this.#at))
    }
    return this.#constant()
  }

  end(): void {
    this.#skipBlanks()
    if (this.#at < this.#text.length) this.#fail(`unexpected ${this.#shown()}`)
  }

  /** As in Python, `(1)` is 1, and `(1,)` holds it. */
  #tuple(depth: number): unknown {
    const { items, hasComma } = this.#items(')', depth)
    return items.length === 1 && !hasComma ? items[0] : items
  }

  #items(close: ']' | ')', depth: number): { items: unknown[]; hasComma: boolean } {
    this.#open(depth)
    const items: unknown[] = []
    let hasComma = false
    while (!this.#closes(close)) {
      items.push(this.value(depth + 1))
      hasComma = this.#comma(close)
    }
    return { items, hasComma }
  }

  #record(depth: number): Record<string, unknown> {
    this.#open(depth)
    const record: Record<string, unknown> = {}
    while (!this.#closes('}')) {
      const key = this.#key()
      record[key] = this.value(depth + 1)
      this.#comma('}')
    }
    return record
  }

  #key(): string {
    this.#skipBlanks()
    const at = this.#at
    const first = this.#text[at]
    if (first !== '"' && first !== "'") this.#fail(`expected a quoted key, got ${this.#shown()}`)
    const key = this.#advance(readString(this.#text, at))
    if (key === '__proto__') throw new LiteralError("the key '__proto__' is not allowed", at)
    this.#skipBlanks()
    if (this.#text[this.#at] !== ':') this.#fail(`expected ':', got ${this.#shown()}`)
    this.#at++
    return key
  }

  #constant(): unknown {
    const [word] = /^[A-Za-z_]+/.exec(this.#text.slice(this.#at)) ?? []
    if (word === undefined || !Object.hasOwn(constants, word)) {
      this.#fail(`expected a literal, got ${this.#shown()}`)
    }
    this.#at += word.length
    return constants[word]
  }

  #open(depth: number): void {
    if (depth >= maxDepth) this.#fail(`nested deeper than ${maxDepth}`)
    this.#at++
  }

  /** Takes the closing bracket, if it comes next. */
  #closes(close: string): boolean {
    this.#skipBlanks()
    if (this.#text[this.#at] !== close) return false
    this.#at++
    return true
  }

  /** Takes a comma; without one, the closing bracket has to come. */
  #comma(close: string): boolean {
    this.#skipBlanks()
    const next = this.#text[this.#at]
    if (next === ',') this.#at++
    else if (next !== close) this.#fail(`expected ',' or '${close}', got ${this.#shown()}`)
    return next === ','
  }

  #advance<T>(read: { readonly value: T; readonly end: number }): T {
    this.#at = read.end
    return read.value
  }

  #skipBlanks(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #shown(): string {
    const next = this.#text[this.#at]
    return next === undefined ? 'the end' : `'${next}'`
  }

  #fail(reason: string): never {
    throw new LiteralError(reason, this.#at)
  }
}
