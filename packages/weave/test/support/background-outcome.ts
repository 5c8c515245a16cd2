import type { SettledResult } from '@conc/weave'
import { expect } from 'vitest'

// biome-ignore lint/suspicious/noExplicitAny: the weaves come from plain modules
type Weave = any

/** Collects the calls of `onDone`, and says whether `done` had settled by then. */
export function witness() {
  const calls: { settled: SettledResult; isEarly: boolean }[] = []
  let isSettled = false
  return {
    calls,
    onDone: (settled: SettledResult) => {
      calls.push({ settled, isEarly: !isSettled })
    },
    // biome-ignore lint/suspicious/noExplicitAny: the weaves come from plain modules
    watch: (done: Promise<any>) =>
      done.then(
        (value) => {
          isSettled = true
          return { value, error: undefined }
        },
        (error) => {
          isSettled = true
          return { value: undefined, error }
        },
      ),
  }
}

/** Runs to the end. */
export async function outcome(w: Weave, inputs: object | undefined, options: object) {
  const { calls, onDone, watch } = witness()
  const handle = inputs
    ? w.background(inputs, { ...options, onDone })
    : w.background({ ...options, onDone })
  const end = await watch(handle.done)
  expect(calls).toHaveLength(1)
  expect(calls[0]?.isEarly).toBe(true)
  return { ...end, handle, settled: calls[0]?.settled as SettledResult }
}
