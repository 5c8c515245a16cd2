import { type Level, type LogRecord, ParentOutlet } from '@conc/core/internal'
import type { Boot } from '../link/boot.js'
import type { PipeLink } from '../link/pipe-link.js'
import { recordBytes } from '../logs/record-bytes.js'
import { frameType } from '../protocol/frame-types.js'
import { encodeMeta } from '../protocol/meta.js'
import { bodyRead } from './body-reader.js'

const metas = new Map(
  (['error', 'warn', 'info', 'debug'] as const).map((level) => [level, encodeMeta({ level })]),
)

/** What is said in a worker goes to its pool, with the body that says it. */
export class WorkerLog extends ParentOutlet {
  readonly level: Level
  readonly #link: PipeLink

  constructor({ pool, worker, logLevel, console }: Boot, link: PipeLink) {
    super({ pool, worker }, console === 'capture')
    this.level = logLevel
    this.#link = link
  }

  protected get isBehind(): boolean {
    return this.#link.isBehind
  }

  protected send(record: LogRecord): void {
    const { level } = record
    this.#link.add(frameType.log, bodyRead(), metas.get(level), recordBytes(record))
    // It may be the last thing that this process says.
    if (level === 'error' || level === 'warn') this.#link.flush()
  }
}
