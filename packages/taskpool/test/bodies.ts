import type { PoolTask } from '../src/index.js'

/** A function that ends by its signal only. */
export function waits({ signal }: PoolTask): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

/** Lets everything happen that needs no further event. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
