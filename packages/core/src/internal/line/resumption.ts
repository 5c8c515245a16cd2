import type { Line, Place } from './line.js'

/** A thread or process with slots of its own, which are a part of its pool's line. */
export interface Station<Body> {
  /** Slots it has put into the line, and those in use. */
  capacity: number
  readonly running: number
  /** It takes nothing new: a body that goes on brings its slot along. */
  readonly isRetiring: boolean
  /** The body holds a slot again. */
  resume(body: Body): void
}

/**
 * The bodies of one station whose last nested call has ended and that wait for a slot of their own station to go on. They
 * come before all new work: a slot that gets free there passes straight to them.
 */
export class Resumption<Body> {
  readonly #station: Station<Body>
  readonly #line: Line
  readonly #waiting = new Map<Body, () => void>()
  /** Those that stand in the pool's line for a slot of this station which is free already. */
  readonly #entering = new Map<Body, Returning>()

  constructor(station: Station<Body>, line: Line) {
    this.#station = station
    this.#line = line
  }

  /** Calls `deliver` as soon as the body has a slot again. */
  add(body: Body, deliver: () => void): void {
    const station = this.#station
    if (station.running + this.#entering.size >= station.capacity) {
      if (!station.isRetiring) {
        this.#waiting.set(body, deliver)
        return
      }
      station.capacity++
      this.#line.size++
    } else if (this.#line.tryEnter()) {
      this.#resume(body, deliver)
      return
    }
    const place = new Returning(() => this.#enter(body), deliver)
    this.#entering.set(body, place)
    this.#line.joinFront(place, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
  }

  get isWaiting(): boolean {
    return this.#waiting.size > 0
  }

  /** Lets the next one go on, with a slot that just got free here. @returns whether there was one. */
  passOn(): boolean {
    for (const [body, deliver] of this.#waiting) {
      this.#waiting.delete(body)
      this.#station.resume(body)
      deliver()
      return true
    }
    return false
  }

  /** The body has ended without waiting for its answer, which is delivered now. */
  forget(body: Body): void {
    if (this.#entering.size === 0 && this.#waiting.size === 0) return
    const place = this.#entering.get(body)
    const deliver = place?.deliver ?? this.#waiting.get(body)
    if (place) this.#line.leave(place)
    this.#entering.delete(body)
    this.#waiting.delete(body)
    deliver?.()
  }

  /** The station is gone. */
  clear(): void {
    for (const place of this.#entering.values()) this.#line.leave(place)
    this.#entering.clear()
    this.#waiting.clear()
  }

  #enter(body: Body): void {
    const place = this.#entering.get(body)
    this.#entering.delete(body)
    if (place) this.#resume(body, place.deliver)
  }

  #resume(body: Body, deliver: () => void): void {
    this.#station.resume(body)
    // Whoever shows how busy the pool is shows it before the body goes on.
    this.#line.changed()
    deliver()
  }
}

class Returning implements Place {
  list: Place['list']
  next: Place | undefined
  prev: Place | undefined
  readonly enter: () => void
  readonly deliver: () => void

  constructor(enter: () => void, deliver: () => void) {
    this.enter = enter
    this.deliver = deliver
  }
}
