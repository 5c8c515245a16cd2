import { deferred } from '@conc/core/internal'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { settlesAfter } from '../src/scene/within.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('settlesAfter', () => {
  it('is patient as long as the others settle', async () => {
    const [close, first, second] = [deferred(), deferred(), deferred()]
    const settles = settlesAfter(close.promise, [first.promise, second.promise], 1000)
    await vi.advanceTimersByTimeAsync(900)
    first.resolve()
    await vi.advanceTimersByTimeAsync(900)
    second.reject(new Error('failed'))
    await vi.advanceTimersByTimeAsync(900)
    close.resolve()
    expect(await settles).toBe(true)
  })

  it('is not when all are silent', async () => {
    const [close, first, second] = [deferred(), deferred(), deferred()]
    const settles = settlesAfter(close.promise, [first.promise, second.promise], 1000)
    await vi.advanceTimersByTimeAsync(900)
    first.resolve()
    await vi.advanceTimersByTimeAsync(1100)
    expect(await settles).toBe(false)
  })
})
