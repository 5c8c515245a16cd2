import { channels } from '@conc/core'
import type { WeaveEvent } from '@conc/weave'
import { RunTrace } from '@conc/weave/report'
import { LiveArea } from '../terminal/live-area.js'
import { isShown } from '../terminal/log-level.js'
import { columnsOf, type Terminal } from '../terminal/terminal.js'
import { eventJson, eventLine } from './event-text.js'
import { LiveProgress } from './progress.js'

const narrowest = 40

/** Shows a run while it goes on, and keeps its events. */
export interface RunWatch {
  /** Of the run and those inside of it. */
  readonly events: readonly WeaveEvent[]
  /** What bodies print. */
  print(text: string): void
  end(): void
}

/** Watches what runs in this process: as JSON, in place on a terminal, else line by line. */
export function watchRun(terminal: Terminal): RunWatch {
  const events: WeaveEvent[] = []
  const shown = shownBy(terminal)
  const receive = (message: unknown): void => {
    events.push(message as WeaveEvent)
    shown.add(message as WeaveEvent)
  }
  channels.weave.subscribe(receive)
  return {
    events,
    print: (text) => shown.print(text),
    end: () => {
      channels.weave.unsubscribe(receive)
      shown.end()
    },
  }
}

interface Shown {
  add(event: WeaveEvent): void
  print(text: string): void
  end(): void
}

function shownBy(terminal: Terminal): Shown {
  const print = (text: string): void => void terminal.err.write(text)
  if (terminal.isJson) {
    return { add: (event) => terminal.print(eventJson(event)), print, end: () => {} }
  }
  const isQuiet = !isShown('info', terminal.options.level)
  if (isQuiet) return { add: () => {}, print, end: () => {} }
  if (!isInPlace(terminal)) {
    return { add: (event) => terminal.note(eventLine(event)), print, end: () => {} }
  }
  return inPlace(terminal)
}

function isInPlace({ err }: Terminal): boolean {
  return err.isTty && process.env.TERM !== 'dumb' && columnsOf(err) >= narrowest
}

/** The first run is the one that was asked for; runs inside of it are a part of its tasks. */
function inPlace({ err }: Terminal): Shown {
  let progress: LiveProgress | undefined
  let run: string | undefined
  return {
    add(event) {
      if (run === undefined) {
        run = event.run
        progress = new LiveProgress(new RunTrace(event.run), new LiveArea(err), err.paint)
      }
      if (event.run === run) progress?.add(event)
    },
    print: (text) => (progress ? progress.above(text) : void err.write(text)),
    end: () => progress?.end(),
  }
}
