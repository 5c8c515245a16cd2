import { processState } from '@conc/core/internal/base'

/** One word that a thread watches while it blocks, whatever it blocks on. */
export class Bell {
  readonly #word: Int32Array

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.#word = new Int32Array(buffer)
  }

  get buffer(): SharedArrayBuffer {
    return this.#word.buffer as SharedArrayBuffer
  }

  /** To be read before the last look at what is waited for. */
  get count(): number {
    return Atomics.load(this.#word, 0)
  }

  ring(): void {
    Atomics.add(this.#word, 0, 1)
    Atomics.notify(this.#word, 0)
  }

  /** Blocks this thread until the bell rings, at most `ms`; not at all if it has rung since `count` was read. */
  sleep(count: number, ms: number): void {
    Atomics.wait(this.#word, 0, count, ms)
  }
}

/** The bell of this thread. */
export const ownBell: Bell = processState('channels.bell', () => new Bell())
