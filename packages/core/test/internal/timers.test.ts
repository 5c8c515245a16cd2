import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Timer } from '../../src/internal/timers.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('Timer', () => {
  it.each([1, 5000, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 5, 3 * 2 ** 31, 10 ** 12])(
    'fires once after %i ms and not before',
    (ms) => {
      const fire = vi.fn<() => void>()
      new Timer(ms, fire)
      vi.advanceTimersByTime(ms - 1)
      expect(fire).not.toHaveBeenCalled()
      vi.advanceTimersByTime(1)
      expect(fire).toHaveBeenCalledTimes(1)
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  it('never fires when called off, also in its second stretch', () => {
    const fire = vi.fn<() => void>()
    const timer = new Timer(2 ** 32, fire)
    vi.advanceTimersByTime(2 ** 31 + 1)
    timer.clear()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(2 ** 32)
    expect(fire).not.toHaveBeenCalled()
  })

  it('sets no timer for Infinity', () => {
    new Timer(Number.POSITIVE_INFINITY, () => {}).clear()
    expect(vi.getTimerCount()).toBe(0)
  })
})
