import type { Span } from '../../seeing/task-trace.js'
import { bars } from './bars.js'
import { short } from './escape.js'

/** The attempts of one item. */
type Item = readonly Span[]
/** Items one after the other. */
export type Lane = readonly Item[]

const tall = 11
const flat = 4
const tallLanes = 60
/** Of the run: an item may begin before the news of the last one's end is out. */
const overlap = 0.001

/** Puts items into as few lanes as hold them side by side; one with several attempts keeps its lane. */
export function lanesOf(spans: readonly Span[], ms: number): Lane[] {
  const lanes: { items: Item[]; until: number }[] = []
  for (const item of itemsOf(spans)) {
    const { from } = item[0] as Span
    const until = item.at(-1)?.to ?? ms
    const lane = lanes.find((one) => one.until <= from + overlap * ms)
    if (lane === undefined) lanes.push({ items: [item], until })
    else {
      lane.items.push(item)
      lane.until = until
    }
  }
  return lanes.map(({ items }) => items)
}

/** Px of one lane where there are so many. */
export function laneHeight(lanes: number): number {
  return lanes <= tallLanes ? tall : flat
}

export function lanesView(lanes: readonly Lane[], task: string, ms: number): string {
  const height = laneHeight(lanes.length)
  const gap = height === tall ? 2 : 1
  const drawn = lanes.map((lane, number) => {
    const place = `;top:${short(number * height + 1)}px;height:${height - gap}px`
    return lane.map((item) => bars(item, task, ms, place)).join('')
  })
  return `<div class="lanes" style="height:${short(lanes.length * height + 2)}px">${drawn.join('')}</div>`
}

function itemsOf(spans: readonly Span[]): Item[] {
  const items = new Map<number | undefined, Span[]>()
  for (const span of spans) {
    const item = items.get(span.item)
    if (item) item.push(span)
    else items.set(span.item, [span])
  }
  return [...items.values()].sort((one, other) => (one[0]?.from ?? 0) - (other[0]?.from ?? 0))
}
