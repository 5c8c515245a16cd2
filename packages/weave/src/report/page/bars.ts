import { durationText } from '../../seeing/durations.js'
import type { Span } from '../../seeing/task-trace.js'
import { errorLine } from '../../seeing/value-text.js'
import { pieceText } from '../../seeing/waterfall.js'
import { escaped, short } from './escape.js'

/** The attempts of one task or item, and the pauses between them. */
export function bars(spans: readonly Span[], task: string, ms: number, place = ''): string {
  return spans
    .map((span, i) => {
      const next = spans[i + 1]
      return bar(span, task, ms, place) + (next ? pause(span, next, task, ms, place) : '')
    })
    .join('')
}

/** A bar from one time to another, with what is said when it is pointed at. */
export function mark(
  look: string,
  from: number,
  to: number,
  ms: number,
  text: string,
  place = '',
): string {
  // The narrowest bar is 2 px: one at the very end would be outside of the track.
  const left = ms > 0 ? Math.min((from / ms) * 100, 99.8) : 0
  const width = ms > 0 ? ((to - from) / ms) * 100 : 100
  return `<i class="bar ${look}" style="left:${short(left)}%;width:${short(width)}%${place}" data-t="${escaped(text)}"></i>`
}

function bar(span: Span, task: string, ms: number, place: string): string {
  const { item, attempt, runsOn, from, to = ms, end } = span
  const lines = [
    `${pieceText(task, item)}${attempt > 1 ? `, attempt ${attempt}` : ''}`,
    `${durationText(to - from)}, from ${durationText(from)} to ${durationText(to)}`,
    ...(runsOn === 'here' ? [] : [`on ${runsOn}`]),
    ...(end === 'failed' ? [errorLine(span.error)] : []),
    ...(end === 'cancelled' ? ['cancelled'] : []),
    ...(end === undefined ? ['not finished'] : []),
  ]
  return mark(lookOfSpan(span), from, to, ms, lines.join('\n'), place)
}

function pause(span: Span, next: Span, task: string, ms: number, place: string): string {
  const from = span.to ?? ms
  if (next.from - from < ms / 2000) return ''
  const text = `${pieceText(task, span.item)}\npauses ${durationText(next.from - from)} before attempt ${next.attempt}`
  return mark('wait', from, next.from, ms, text, place)
}

function lookOfSpan({ end }: Span): string {
  if (end === 'fulfilled') return 'ok'
  if (end === 'failed') return 'bad'
  return end === 'cancelled' ? 'cut' : 'open'
}
