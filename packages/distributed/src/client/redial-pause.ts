import type { Cancellation } from '@conc/core/internal'

const firstPauseMs = 100
const longestPauseMs = 5000
const refusedPauseMs = 30_000

/** The pause after so many tries: doubling and with jitter. @param isFinal the server refuses: it is asked rarely. */
export function pauseMs(tries: number, isFinal: boolean): number {
  if (isFinal) return refusedPauseMs
  if (tries === 0) return 0
  const full = Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs)
  return full / 2 + (Math.random() * full) / 2
}

/** Waits, unless stopped first. Whoever waits for a call holds the process; this does not. */
export async function rest(ms: number, stop: Cancellation): Promise<void> {
  await new Promise<void>((resolve) => {
    const over = (): void => {
      clearTimeout(timer)
      stop.remove(stopped)
      resolve()
    }
    const stopped = { cancelled: over }
    const timer = setTimeout(over, ms)
    timer.unref()
    stop.add(stopped)
  })
}
