import type { WriteStream } from 'node:tty'
import { type Painter, painter, showsColour } from './colour.js'
import { isShown, type Level } from './log-level.js'

export interface TerminalOptions {
  readonly isJson: boolean
  readonly level: Level
  readonly logFormat: 'pretty' | 'json' | undefined
  readonly colour: boolean | undefined
  /** Whether errors show where they come from. */
  readonly showsStacks: boolean
}

/** One of the two streams that a command writes to. */
export interface Screen {
  readonly stream: NodeJS.WriteStream
  /** Writes there, also after others were kept from it. */
  readonly write: (text: string) => void
  readonly isTty: boolean
  readonly isColoured: boolean
  readonly paint: Painter
}

/** How records look on stderr. */
export interface LogStyle {
  readonly format: 'pretty' | 'json'
  readonly hasColours: boolean
}

const usualColumns = 80

/** Where a command writes: stdout is data, stderr is everything else. */
export class Terminal {
  readonly options: TerminalOptions
  readonly out: Screen
  readonly err: Screen

  constructor(options: TerminalOptions) {
    this.options = options
    this.out = screen(process.stdout, options.colour)
    this.err = screen(process.stderr, options.colour)
  }

  get isJson(): boolean {
    return this.options.isJson
  }

  /** What lines on stdout may take; Infinity in a pipe, where nothing is cut. */
  get columns(): number {
    return this.out.isTty ? columnsOf(this.out) : Number.POSITIVE_INFINITY
  }

  /** A line of data. */
  print(text: string): void {
    this.out.write(`${text}\n`)
  }

  /** A document on a line of its own. */
  printJson(value: unknown): void {
    this.print(JSON.stringify(value))
  }

  /** What has happened, as a line of words or as JSON: `ready port=5050`. */
  tell(event: string, facts: Readonly<Record<string, string | number>>): void {
    const words = Object.entries(facts).map(([key, value]) => `${key}=${value}`)
    if (this.isJson) this.printJson({ event, ...facts })
    else this.print([event, ...words].join(' '))
  }

  /** Something that the person should know and the data does not say. */
  note(text: string, level: Level = 'info'): void {
    if (isShown(level, this.options.level)) this.err.write(`${text}\n`)
  }

  warn(text: string): void {
    this.note(`conc: ${this.err.paint.warning('warning')}: ${text}`, 'warn')
  }

  /** A record of a log. */
  log(level: Level, text: (style: LogStyle) => string): void {
    if (!isShown(level, this.options.level)) return
    const format = this.options.logFormat ?? (this.err.isTty ? 'pretty' : 'json')
    this.err.write(`${text({ format, hasColours: this.err.isColoured })}\n`)
  }
}

/** Columns of a terminal as the person says, or as it says itself. */
export function columnsOf({ stream }: Screen): number {
  const said = Number(process.env.COLUMNS)
  if (Number.isInteger(said) && said > 0) return said
  return (stream as Partial<WriteStream>).columns || usualColumns
}

function screen(stream: NodeJS.WriteStream, wish: boolean | undefined): Screen {
  const isTty = stream.isTTY === true
  const write: (text: string) => void = stream.write.bind(stream)
  const isColoured = showsColour(wish, isTty)
  return { stream, write, isTty, isColoured, paint: painter(isColoured) }
}
