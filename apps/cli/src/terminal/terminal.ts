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
  readonly paint: Painter
}

export interface LogLine {
  readonly level: Exclude<Level, 'off'>
  readonly pool: string
  readonly worker?: number | string
  readonly message: string
  readonly fields?: Readonly<Record<string, unknown>>
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

  /** Something that the person should know and the data does not say. */
  note(text: string, level: Level = 'info'): void {
    if (isShown(level, this.options.level)) this.err.write(`${text}\n`)
  }

  warn(text: string): void {
    this.note(`conc: ${this.err.paint.warning('warning')}: ${text}`, 'warn')
  }

  log(line: LogLine): void {
    if (!isShown(line.level, this.options.level)) return
    const format = this.options.logFormat ?? (this.err.isTty ? 'pretty' : 'json')
    const text = format === 'json' ? jsonLine(line) : prettyLine(line, this.err.paint)
    this.err.write(`${text}\n`)
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
  return { stream, write, isTty, paint: painter(showsColour(wish, isTty)) }
}

function jsonLine({ level, pool, worker, message, fields }: LogLine): string {
  const ts = new Date().toISOString()
  const record = { ts, level, pool, ...(worker !== undefined && { worker }), message }
  return JSON.stringify(fields === undefined ? record : { ...record, fields })
}

function prettyLine({ level, pool, worker, message }: LogLine, paint: Painter): string {
  const time = paint.dim(new Date().toLocaleTimeString('en-GB') + milliseconds())
  const place = worker === undefined ? pool : `${pool} w${worker}`
  return `${time} ${paintedLevel(level, paint)} ${place} ${message}`
}

function milliseconds(): string {
  return `.${String(Date.now() % 1000).padStart(3, '0')}`
}

function paintedLevel(level: LogLine['level'], paint: Painter): string {
  if (level === 'error') return paint.bad(level)
  if (level === 'warn') return paint.warning(level)
  return level === 'info' ? paint.good(level) : paint.dim(level)
}
