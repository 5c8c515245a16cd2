import { toJson } from '@conc/wire'
import type { Terminal } from './terminal.js'

/** A value as JSON, on one line; what JSON cannot say is tagged. `undefined` has none. */
export function valueJson(value: unknown): string | undefined {
  return toJson(value, { tagged: true })
}

/** Prints a value: over several lines for a person, on one for a program. */
export function printValue(terminal: Terminal, value: unknown): void {
  const json = valueJson(value)
  if (json === undefined) return
  const isForPerson = terminal.out.isTty && !terminal.isJson
  terminal.print(isForPerson ? JSON.stringify(JSON.parse(json), null, 2) : json)
}
