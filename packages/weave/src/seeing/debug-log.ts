import { durationText } from './durations.js'
import { planText } from './plan-text.js'
import { RunTrace } from './run-trace.js'
import type { DebugOptions } from './seeing-options.js'
import { errorLine, valueText } from './value-text.js'
import { pieceText, waterfall } from './waterfall.js'
import type { UnfinishedTask, WeaveEvent } from './weave-event.js'

const width = 100
const mostStalled = 20

/** Tells in text what a run will do, what goes wrong meanwhile, and what it did. */
export class DebugLog {
  readonly #write: (text: string) => void
  readonly #trace: RunTrace

  constructor({ write, values = false }: DebugOptions) {
    this.#write = write ?? ((text) => void process.stderr.write(text))
    this.#trace = new RunTrace('', (task, value) => valueText(task, value, values))
  }

  hear(event: WeaveEvent): void {
    this.#trace.add(event)
    const label = `weave ${event.run.slice(event.run.lastIndexOf('-') + 1)}`
    const [first, ...more] = linesFor(event, this.#trace)
    if (first === undefined) return
    const lines = [`${label}: ${first}`, ...more.map((line) => `  ${line}`)]
    this.#write(`${lines.join('\n')}\n`)
  }
}

function linesFor(event: WeaveEvent, trace: RunTrace): string[] {
  switch (event.type) {
    case 'plan':
      return planText(event.plan)
    case 'retry':
      return [
        `${pieceText(event.task, event.item)} failed in attempt ${event.attempt}, the next one ${soon(event.inMs)}: ${errorLine(event.error)}`,
      ]
    case 'error':
      return [
        `${pieceText(event.task, event.item)} failed after ${durationText(event.ms)}: ${errorLine(event.error)}`,
      ]
    case 'stall':
      return stallLines(event.waiting, event.at)
    case 'finish':
      return [...waterfall(trace, width), ...valueLines(trace)]
    default:
      return []
  }
}

function stallLines(waiting: readonly UnfinishedTask[], at: number): string[] {
  const lines = waiting.slice(0, mostStalled).map(({ task, state, for: names, sinceMs }) => {
    const what = names.length > 0 ? `waits for ${names.join(', ')}` : stateTexts[state]
    return `${task} ${what}, for ${durationText(at - sinceMs)}`
  })
  if (lines.length < waiting.length) lines.push(`… and ${waiting.length - lines.length} more`)
  return [`stalled, nothing started or settled; unfinished: ${waiting.length}`, ...lines]
}

const stateTexts: Readonly<Record<UnfinishedTask['state'], string>> = {
  waiting: 'waits',
  ready: 'waits for a slot',
  running: 'runs',
}

function valueLines({ tasks }: RunTrace): string[] {
  return [...tasks.values()].flatMap((task) => {
    const { name, inputs, output, state, items } = task
    if (inputs === undefined) return []
    const received = inputs.map(([key, text]) => `${key}: ${text}`)
    const given = [...(items > 0 ? [`${items} items`] : []), ...received].join(', ')
    return [`${name}(${given}) → ${output ?? state}`]
  })
}

function soon(ms: number): string {
  return ms === 0 ? 'at once' : `in ${durationText(ms)}`
}
