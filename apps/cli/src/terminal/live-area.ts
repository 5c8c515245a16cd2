import { columnsOf, type Screen } from './terminal.js'
import { cut } from './text-width.js'

const hideCursor = '\x1b[?25l'
const showCursor = '\x1b[?25h'

/** Lines at the bottom of a terminal that are drawn over and over in place. */
export class LiveArea {
  readonly #screen: Screen
  #height = 0
  #isOpen = false
  readonly #restore = (): void => this.#showCursor()

  constructor(screen: Screen) {
    this.#screen = screen
  }

  /** Lines that fit, one is left for the prompt. */
  get rows(): number {
    return Math.max(2, (this.#screen.stream.rows || 24) - 1)
  }

  get columns(): number {
    return columnsOf(this.#screen)
  }

  /** Puts these lines in the place of the last ones. @param lines plain text or painted, each within `columns`. */
  draw(lines: readonly string[]): void {
    this.#open()
    this.#screen.write(`${this.#erased()}${lines.map((line) => `${line}\n`).join('')}`)
    this.#height = lines.length
  }

  /** Writes above the lines, which are drawn again by the next `draw`. */
  above(text: string): void {
    this.#screen.write(`${this.#erased()}${text.endsWith('\n') ? text : `${text}\n`}`)
    this.#height = 0
  }

  /** Leaves the last lines standing. */
  end(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    process.off('exit', this.#restore)
    this.#showCursor()
  }

  #open(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    process.once('exit', this.#restore)
    this.#screen.write(hideCursor)
  }

  #erased(): string {
    return this.#height === 0 ? '' : `\x1b[${this.#height}A\r\x1b[0J`
  }

  #showCursor(): void {
    this.#screen.write(showCursor)
  }
}

/** A line of cells, each of which may be painted after the line was cut to `columns`. */
export function paintedLine(
  cells: readonly (readonly [text: string, paint?: (text: string) => string])[],
  columns: number,
): string {
  let left = columns
  let line = ''
  for (const [text, paint] of cells) {
    const shown = cut(text, left)
    left -= [...shown].length
    line += paint ? paint(shown) : shown
    if (shown !== text) break
  }
  return line
}
