import { durationText } from '../../seeing/durations.js'
import type { Span, TaskTrace } from '../../seeing/task-trace.js'
import { escaped, short } from './escape.js'

const buckets = 160
const height = 20

/** A curve of how many spans were open when. */
export interface Density {
  /** At its highest. */
  readonly most: number
  /** @param text what is said when it is pointed at. */
  svg(text: string): string
}

interface Range {
  readonly from: number
  readonly to: number
  /** Of the whole run. */
  readonly ms: number
}

/** How many items ran when. */
export function density(task: TaskTrace, ms: number): string {
  const { startedAt, endedAt = ms, spans } = task
  if (startedAt === undefined) return ''
  const curve = densityOf(spans, { from: startedAt, to: endedAt, ms })
  return curve.svg(textOf(task, curve.most))
}

/** Attempts that failed stand out at the foot of the curve. */
export function densityOf(spans: readonly Span[], range: Range): Density {
  const all = counted(spans, range)
  const failed = counted(
    spans.filter(({ end }) => end === 'failed'),
    range,
  )
  const most = Math.max(...all, 1e-9)
  return {
    most,
    svg: (text) => {
      const bad = failed.some((count) => count > 0)
        ? `<path class="bad" d="${area(failed, most)}"/>`
        : ''
      return `<svg class="density" style="${styleOf(range)}" viewBox="0 0 ${buckets} ${height}" preserveAspectRatio="none"${text === '' ? '' : ` data-t="${escaped(text)}"`}><path class="ok" d="${area(all, most)}"/>${bad}</svg>`
    },
  }
}

function styleOf({ from, to, ms }: Range): string {
  const left = ms > 0 ? (from / ms) * 100 : 0
  const width = ms > 0 ? ((to - from) / ms) * 100 : 100
  return `left:${short(left)}%;width:${short(width)}%`
}

/** The mean number of spans that were open, by slices of time. */
function counted(spans: readonly Span[], { from: start, to: end, ms }: Range): number[] {
  const scale = buckets / Math.max(end - start, Number.MIN_VALUE)
  const counts: number[] = new Array(buckets).fill(0)
  for (const { from, to = ms } of spans) {
    const first = Math.max((from - start) * scale, 0)
    const last = Math.min((to - start) * scale, buckets)
    for (let bucket = Math.floor(first); bucket < last; bucket++) {
      const share = Math.min(last, bucket + 1) - Math.max(first, bucket)
      counts[bucket] = (counts[bucket] ?? 0) + share
    }
  }
  return counts
}

function area(counts: readonly number[], most: number): string {
  const tops = counts.map((count, i) => {
    const y = short(height - (count / most) * height)
    return `L${i} ${y}h1`
  })
  return `M0 ${height}${tops.join('')}L${counts.length} ${height}z`
}

function textOf({ name, items, itemsFailed, retries, spans }: TaskTrace, most: number): string {
  const times = spans
    .filter(({ end }) => end === 'fulfilled')
    .map(({ from, to = from }) => to - from)
    .sort((one, other) => one - other)
  const middle = times[(times.length - 1) >> 1]
  return [
    `${name}, ${items} items`,
    `at most ${short(most)} at a time`,
    ...(middle === undefined
      ? []
      : [
          `half of them within ${durationText(middle)}, all within ${durationText(times.at(-1) as number)}`,
        ]),
    ...(retries > 0 ? [`${retries} attempts failed and were repeated`] : []),
    ...(itemsFailed > 0 ? [`${itemsFailed} failed`] : []),
  ].join('\n')
}
