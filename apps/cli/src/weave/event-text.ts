import type { WeaveEvent } from '@conc/weave'
import { errorJson } from '../program/failure.js'
import { plain } from '../terminal/text-width.js'
import { durationText } from '../terminal/units.js'
import { valueJson } from '../terminal/value-text.js'

/** An event in a line: `12.3s end books 340ms`. */
export function eventLine(event: WeaveEvent): string {
  return [durationText(event.at), event.type, subject(event), details(event)]
    .filter((part) => part !== '')
    .join(' ')
}

function subject(event: WeaveEvent): string {
  if (!('task' in event)) return ''
  return 'item' in event && event.item !== undefined ? `${event.task}[${event.item}]` : event.task
}

function details(event: WeaveEvent): string {
  switch (event.type) {
    case 'plan':
      return tasksText(event.plan.tasks.length)
    case 'start':
      return [
        event.attempt > 1 ? `attempt ${event.attempt}` : '',
        event.runsOn === 'here' ? '' : `on ${event.runsOn}`,
      ]
        .filter((part) => part !== '')
        .join(' ')
    case 'retry':
      return `attempt ${event.attempt} failed: ${errorLine(event.error)}; again in ${durationText(event.inMs)}`
    case 'progress':
      return plain(valueOrType(event.data))
    case 'end':
      return durationText(event.ms)
    case 'error':
      return `${durationText(event.ms)} ${errorLine(event.error)}`
    case 'cancel':
      return errorLine(event.reason)
    case 'skip':
      return event.because === undefined ? '' : `${event.because} failed`
    case 'stall':
      return `waiting: ${event.waiting.map(({ task }) => task).join(', ')}`
    case 'finish':
      return `${event.status} ${durationText(event.ms)}`
    default:
      return ''
  }
}

function tasksText(count: number): string {
  return `${count} task${count === 1 ? '' : 's'}`
}

function errorLine(error: unknown): string {
  return plain(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
}

/** An event as JSON on one line; a value that has none is told by its type. */
export function eventJson(event: WeaveEvent): string {
  const entries = Object.entries(event).map(([key, value]) => {
    return `${JSON.stringify(key)}:${fieldJson(key, value)}`
  })
  return `{${entries.join(',')}}`
}

function fieldJson(key: string, value: unknown): string {
  if (key === 'plan') return JSON.stringify(value)
  const isError = (key === 'error' || key === 'reason') && value !== undefined
  return isError ? JSON.stringify(errorOf(value)) : valueOrType(value)
}

function errorOf(error: unknown): object {
  const line = error instanceof Error ? error.message : String(error)
  return errorJson({ line, error, exitCode: 1 }, false)
}

function valueOrType(value: unknown): string {
  try {
    return valueJson(value) ?? 'null'
  } catch {
    const name = (value as object | null)?.constructor?.name ?? typeof value
    return JSON.stringify({ $type: typeof value === 'object' ? name : typeof value })
  }
}
