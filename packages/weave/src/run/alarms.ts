import { Timer } from '@conc/core/internal'

interface Alarm {
  readonly at: number
  ring: (() => void) | undefined
}

/** The time limits and pauses of one run, on one timer. */
export class Alarms {
  /** A binary heap, the earliest first. Cancelled ones stay until they are due or half of it is cancelled. */
  #heap: Alarm[] = []
  #cancelled = 0
  #timer: Timer | undefined
  #timerAt = Number.POSITIVE_INFINITY

  /** Calls `ring` after `ms`. @returns what calls it off. */
  set(ms: number, ring: () => void): () => void {
    if (ms === Number.POSITIVE_INFINITY) return () => {}
    const alarm: Alarm = { at: performance.now() + ms, ring }
    this.#push(alarm)
    this.#arm()
    return () => this.#cancel(alarm)
  }

  /** Calls all of them off. */
  clear(): void {
    this.#heap = []
    this.#cancelled = 0
    this.#timer?.clear()
    this.#timerAt = Number.POSITIVE_INFINITY
  }

  #cancel(alarm: Alarm): void {
    if (alarm.ring === undefined) return
    alarm.ring = undefined
    // The timer stays as it is: arming it again for each call that was in time would cost more than one idle firing.
    if (++this.#cancelled * 2 > this.#heap.length) this.#compact()
  }

  #compact(): void {
    const kept = this.#heap.filter((alarm) => alarm.ring !== undefined)
    this.#heap = kept.sort((one, other) => one.at - other.at)
    this.#cancelled = 0
  }

  #arm(): void {
    const at = this.#heap[0]?.at ?? Number.POSITIVE_INFINITY
    if (at >= this.#timerAt) return
    this.#timer?.clear()
    this.#timerAt = at
    this.#timer = new Timer(Math.max(at - performance.now(), 0), () => this.#ring())
  }

  #ring(): void {
    const now = performance.now()
    this.#timerAt = Number.POSITIVE_INFINITY
    // A timer may fire a fraction of a millisecond early.
    for (let first = this.#heap[0]; first && first.at <= now + 1; first = this.#heap[0]) {
      this.#pop()
      if (first.ring === undefined) this.#cancelled--
      const ring = first.ring
      first.ring = undefined
      ring?.()
    }
    this.#arm()
  }

  #push(alarm: Alarm): void {
    const heap = this.#heap
    let place = heap.push(alarm) - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      if ((heap[parent] as Alarm).at <= alarm.at) break
      heap[place] = heap[parent] as Alarm
      place = parent
    }
    heap[place] = alarm
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let place = 0
    for (;;) {
      const left = 2 * place + 1
      if (left >= heap.length) break
      const right = left + 1
      const isRight = right < heap.length && (heap[right] as Alarm).at < (heap[left] as Alarm).at
      const child = isRight ? right : left
      if ((heap[child] as Alarm).at >= last.at) break
      heap[place] = heap[child] as Alarm
      place = child
    }
    heap[place] = last
  }
}
