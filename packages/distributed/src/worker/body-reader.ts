import { currentFrame, type Level, type LogReader } from '@conc/core/internal'

/** The session that has made a call, as its body is seen by who speaks in it. */
export class BodyReader implements LogReader {
  readonly level: Level
  /** The body's id on the link. */
  readonly body: number

  constructor(body: number, level: Level) {
    this.body = body
    this.level = level
  }
}

/** The body whose records a session wants; 0: nobody wants those of this code. */
export function bodyRead(): number {
  const reader = currentFrame()?.logs
  return reader instanceof BodyReader ? reader.body : 0
}
