import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { SettledResult } from '@conc/weave'
import { expect } from 'vitest'
import { steps } from './background-modules.js'
import { tempDir } from './temp-dir.js'

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

/**
 * Runs `steps` until its time is over, which has to be while its second body runs. A start takes as long as everything
 * else on the machine lets it, so each try that was over before that body gets twice the time of the one before.
 */
export async function outcomeOutOfTime(way: string, options: object, firstMs: number) {
  for (let timeoutMs = firstMs; ; timeoutMs *= 2) {
    const dir = tempDir()
    const end = await outcome(steps, { way, dir }, { ...options, timeoutMs })
    if (existsSync(join(dir, 'second'))) return end
  }
}
