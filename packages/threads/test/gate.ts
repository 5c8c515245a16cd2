import { deferred } from '@conc/core/internal'

/** Node has it, the oldest library that we type against has not. */
const atomics = Atomics as unknown as {
  waitAsync(words: Int32Array, index: number, value: number): { async: boolean; value: unknown }
}

/** A gate in shared memory: tasks wait at it on their threads until the test opens it. */
export class Gate {
  readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(8)
  readonly #words = new Int32Array(this.buffer)

  open(): void {
    Atomics.store(this.#words, 0, 1)
    Atomics.notify(this.#words, 0)
  }
}

/** Words of shared memory that tasks write and tests read. */
export function words(...initial: number[]): { buffer: SharedArrayBuffer; values: Int32Array } {
  const buffer = new SharedArrayBuffer(4 * Math.max(initial.length, 1))
  const values = new Int32Array(buffer)
  values.set(initial)
  return { buffer, values }
}

/** Resolves when the first word has a value. */
export async function becomes(values: Int32Array, wanted: number): Promise<void> {
  for (let now = Atomics.load(values, 0); now !== wanted; now = Atomics.load(values, 0)) {
    const { async, value } = atomics.waitAsync(values, 0, now)
    if (async) await value
  }
}

/** `onProgress` as a promise: resolves with the first thing a body reports. */
export function firstReport(): { promise: Promise<unknown>; onProgress(data: unknown): void } {
  const { promise, resolve } = deferred<unknown>()
  return { promise, onProgress: resolve }
}
