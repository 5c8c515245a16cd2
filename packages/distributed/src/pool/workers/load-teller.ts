import type { Coordinator } from '../../coordinator/coordinator.js'
import type { PipeLink } from '../../link/pipe-link.js'
import { frameType } from '../../protocol/frame-types.js'
import { encodeMeta } from '../../protocol/meta.js'

const everyMs = 250

/** Tells a worker how busy its pool is, along with what is written to it anyway. */
export class LoadTeller {
  readonly #coordinator: Coordinator
  readonly #link: PipeLink
  #running = 0
  #waiting = 0
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(coordinator: Coordinator, link: PipeLink) {
    this.#coordinator = coordinator
    this.#link = link
  }

  tell(): void {
    const { running, waiting } = this.#coordinator
    if (running === this.#running && waiting === this.#waiting) return
    const now = performance.now()
    if (now - this.#toldAt < everyMs) return
    this.#toldAt = now
    this.#running = running
    this.#waiting = waiting
    this.#link.add(frameType.load, 0, encodeMeta({ running, waiting }))
  }
}
