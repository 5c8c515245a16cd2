import { currentTask, task } from '@conc/core'

export const add = task('test/add', (x: number, y: number) => x + y)

export const echo = task('test/echo', (value: unknown) => value)

/** Bodies that are waiting, by the name they were given: a test lets them go on. */
export const held = new Map<string, { release(value?: unknown): void; signal: AbortSignal }>()

const arrivals = new Map<string, () => void>()

/** Resolves when the body of that name waits. */
export function whenHeld(name: string): Promise<void> {
  if (held.has(name)) return Promise.resolve()
  return new Promise((resolve) => {
    arrivals.set(name, resolve)
  })
}

/** Waits until the test releases it, or until its signal aborts. */
export const hold = task('test/hold', async (name: string) => {
  const signal = currentTask()?.signal as AbortSignal
  try {
    return await new Promise((resolve, reject) => {
      held.set(name, { release: resolve, signal })
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      arrivals.get(name)?.()
      arrivals.delete(name)
    })
  } finally {
    held.delete(name)
  }
})

/** Waits until the test releases it, whatever its signal says. */
export const stubborn = task('test/stubborn', async (name: string) => {
  const signal = currentTask()?.signal as AbortSignal
  return await new Promise((resolve) => {
    held.set(name, { release: resolve, signal })
    arrivals.get(name)?.()
    arrivals.delete(name)
  }).finally(() => held.delete(name))
})

/** How often each name has been counted. */
export const counts = new Map<string, number>()

export const count = task('test/count', (name: string) => {
  const next = (counts.get(name) ?? 0) + 1
  counts.set(name, next)
  return next
})

export const numbers = task('test/numbers', async function* (upTo: number) {
  for (let number = 0; number < upTo; number++) yield number
})

/** Items of these sizes, all in one turn. */
export const growing = task('test/growing', async function* (sizes: readonly number[]) {
  for (const size of sizes) yield new Uint8Array(size)
})

export const ofBytes = task('test/of-bytes', (size: number) => new Uint8Array(size))
export const half = task('test/half', (whole: number) => whole / 2)
