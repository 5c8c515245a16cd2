/** What may stand at a point of the source; it decides what `/` and `{` mean there. */
type Place = 'statement' | 'operand' | 'operator' | 'body'

interface Frame {
  readonly isTemplate: boolean
  readonly isControl: boolean
  readonly holdsStatements: boolean
  /** The place behind the closing bracket. */
  readonly then: Place
  /** Question marks still without their colon. */
  ternaries: number
}

const controlWords = new Set(['if', 'for', 'while', 'with', 'switch', 'catch'])
const statementWords = new Set(['else', 'do', 'try', 'finally', 'catch'])
const operandWords = new Set(
  'return typeof instanceof in new delete void throw case yield await extends default var let const'.split(
    ' ',
  ),
)

/**
 * The brackets that are open around the current token, and whether a slash there starts a regular expression.
 * A stack instead of a parser: it follows the few words and marks that change what may come next.
 */
export class Brackets {
  readonly #frames: Frame[] = []
  #place: Place = 'operand'
  #before: Place = 'operand'
  #last = ''
  /** Between `if`, `for`, … and its parenthesis. */
  #isControl = false
  /** Between `function` and its parenthesis: the place behind the function's body. */
  #functionThen: Place | undefined
  /** The same between `class` and its body. */
  #classThen: Place | undefined
  /** The place behind the body that comes next. */
  #bodyThen: Place = 'statement'

  get depth(): number {
    return this.#frames.length
  }

  get allowsRegex(): boolean {
    return this.#place !== 'operator'
  }

  /** Whether a closing brace here goes on with a template's text. */
  get isInTemplate(): boolean {
    return this.#frames.at(-1)?.isTemplate === true
  }

  /** A string, number, template or regular expression went by. */
  literal(): void {
    this.#moveTo('operator', '')
  }

  name(word: string): void {
    const isControl = this.#isControl
    this.#isControl = false
    if (this.#last === '.' || this.#last === '?.' || this.#functionThen) {
      this.#moveTo('operator', 'name')
    } else if (word === 'function') {
      this.#functionThen = this.#startsDeclaration() ? 'statement' : 'operator'
      this.#moveTo('operator', word)
    } else {
      this.#isControl = controlWords.has(word) || (isControl && word === 'await')
      this.#moveTo(this.#placeAfter(word), word)
    }
  }

  mark(mark: string): void {
    if (mark === '(') this.#openParenthesis()
    else if (mark === '{') this.#openBrace()
    else if (mark === '[') this.#open('operator', {})
    else if (mark === '${') this.#open('operator', { isTemplate: true })
    else if (')]}'.includes(mark)) this.#moveTo(this.#frames.pop()?.then ?? 'operator', mark)
    else this.#moveTo(this.#placeAfterMark(mark), mark)
  }

  #openParenthesis(): void {
    if (this.#functionThen) this.#bodyThen = this.#functionThen
    const then = this.#functionThen ? 'body' : this.#isControl ? 'statement' : 'operator'
    this.#functionThen = undefined
    this.#open(then, { isControl: this.#isControl })
  }

  #openBrace(): void {
    if (this.#place === 'operand') this.#open('operator', {})
    else this.#open(this.#placeAfterBlock(), { holdsStatements: true })
  }

  #placeAfterBlock(): Place {
    if (this.#place === 'body') return this.#bodyThen
    if (this.#place === 'statement') return 'statement'
    // After an operand there is no object: the body of a method or a class, or a block on a line of its own.
    const then = this.#classThen ?? 'statement'
    this.#classThen = undefined
    return then
  }

  #open(then: Place, frame: Partial<Frame>): void {
    const holdsStatements = frame.holdsStatements === true
    const { isTemplate = false, isControl = false } = frame
    this.#frames.push({ isTemplate, isControl, holdsStatements, then, ternaries: 0 })
    this.#isControl = false
    this.#moveTo(holdsStatements ? 'statement' : 'operand', '')
  }

  #startsDeclaration(): boolean {
    return (this.#last === 'async' ? this.#before : this.#place) === 'statement'
  }

  #placeAfter(word: string): Place {
    if (word === 'class') this.#classThen = this.#place === 'statement' ? 'statement' : 'operator'
    if (statementWords.has(word)) return 'statement'
    if (word === 'of' && this.#frames.at(-1)?.isControl) return 'operand'
    return operandWords.has(word) ? 'operand' : 'operator'
  }

  #placeAfterMark(mark: string): Place {
    const frame = this.#frames.at(-1)
    if (mark === '=>') this.#bodyThen = 'statement'
    if (mark === ':' || mark === '=') this.#classThen = undefined
    if (mark !== '*') this.#functionThen = undefined
    if (mark === '++' || mark === '--') return this.#place
    if (mark === '=>') return 'body'
    if (mark === ';') return frame?.holdsStatements ? 'statement' : 'operand'
    if (mark === '?' && frame) frame.ternaries++
    return mark === ':' && frame && this.#endsLabel(frame) ? 'statement' : 'operand'
  }

  #endsLabel(frame: Frame): boolean {
    if (frame.ternaries === 0) return frame.holdsStatements
    frame.ternaries--
    return false
  }

  #moveTo(place: Place, last: string): void {
    this.#before = this.#place
    this.#place = place
    this.#last = last
  }
}
