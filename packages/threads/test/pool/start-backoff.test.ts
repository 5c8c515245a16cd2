import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StartBackoff } from '../../src/pool/start-backoff.js'

describe('StartBackoff', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('pauses for a second after a failure, doubling to 30 seconds', async () => {
    const retry = vi.fn()
    const backoff = new StartBackoff(retry)
    for (const pauseMs of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      backoff.failed()
      expect(backoff.isOver).toBe(false)
      await vi.advanceTimersByTimeAsync(pauseMs - 1)
      expect(backoff.isOver).toBe(false)
      expect(retry).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(1)
      expect(backoff.isOver).toBe(true)
      expect(retry).toHaveBeenCalledOnce()
      retry.mockClear()
    }
  })

  it('begins anew after a start', async () => {
    const backoff = new StartBackoff(() => {})
    for (let failures = 0; failures < 5; failures++) backoff.failed()
    backoff.succeeded()
    expect(backoff.isOver).toBe(true)
    backoff.failed()
    await vi.advanceTimersByTimeAsync(1000)
    expect(backoff.isOver).toBe(true)
  })

  it('asks nobody where nobody asked, nor after its end', async () => {
    const retry = vi.fn()
    const backoff = new StartBackoff(retry)
    backoff.failed()
    await vi.advanceTimersByTimeAsync(5000)
    backoff.failed()
    expect(backoff.isOver).toBe(false)
    backoff.end()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(retry).not.toHaveBeenCalled()
  })
})
