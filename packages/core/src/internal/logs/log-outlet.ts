import { channels } from '../../diagnostics.js'
import { processState } from '../process-state.js'
import { currentFrame } from '../running/frame.js'
import { fuller, isShown, type Level } from './level.js'
import type { LogRecord } from './log-record.js'

/** Where what is said in this thread goes. */
export interface LogOutlet {
  /** How much is wanted of all code here; of a body, its reader may want more. */
  readonly level: Level
  /** Of all records from here. */
  readonly origin?: { readonly pool: string; readonly worker: number }
  /** Whether what is printed goes there as well. */
  readonly capturesConsole: boolean
  take(record: LogRecord): void
}

const printed = processState('printed-levels', () => new Set<{ readonly level: Level }>())

/** To the channel `conc:log` of this process. */
const processOutlet: LogOutlet = {
  capturesConsole: false,
  get level() {
    if (!channels.log.hasSubscribers) return 'off'
    let level: Level = 'info'
    for (const one of printed) level = fuller(one.level, level)
    return level
  },
  take(record) {
    if (channels.log.hasSubscribers) channels.log.publish(record)
  },
}

const holder = processState<{ outlet: LogOutlet }>('log-outlet', () => ({ outlet: processOutlet }))

export function logOutlet(): LogOutlet {
  return holder.outlet
}

/** To be called in a worker: all that is said goes there. */
export function setLogOutlet(outlet: LogOutlet): void {
  holder.outlet = outlet
}

/** Says something in the surroundings of whoever speaks: to whoever has called the task around, and to the outlet. */
export function sayHere(record: LogRecord): void {
  const reader = currentFrame()?.logs
  if (reader?.log && isShown(record.level, reader.level)) reader.log(record)
  holder.outlet.take(record)
}

/** How much is wanted of the code that asks. */
export function levelHere(): Level {
  return fuller(holder.outlet.level, currentFrame()?.logs?.level)
}

/** Says that so much is printed in this process. @returns what ends it. */
export function printsAt(level: Level): () => void {
  const entry = { level }
  printed.add(entry)
  return () => void printed.delete(entry)
}
