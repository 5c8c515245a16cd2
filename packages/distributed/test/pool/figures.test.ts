import { describe, expect, it, vi } from 'vitest'
import type { CallRequest } from '../../src/coordinator/call-request.js'
import type { PoolCall } from '../../src/coordinator/pool-call.js'
import { CallStatistics } from '../../src/pool/told/call-statistics.js'
import { Utilization } from '../../src/worker/utilization.js'
import { WeightWatch } from '../../src/worker/weight-watch.js'

describe('CallStatistics', () => {
  const callOf = (task: string, waitsSince: number, startedAt: number): PoolCall => {
    const request = { task, args: [new Uint8Array(3)] } as unknown as CallRequest
    return { request, waitsSince, startedAt } as PoolCall
  }
  const good = { ok: true, value: [new Uint8Array(5)] } as const

  it('has waits, runs and sizes by task, of its last calls', () => {
    let now = 0
    const statistics = new CallStatistics(() => now)
    for (let ms = 1; ms <= 1000; ms++) {
      now = ms
      statistics.settled(callOf('a', 0.5, ms - ms / 2), good)
    }
    const { a } = statistics.tasks
    expect(a).toMatchObject({ count: 1000, failed: 0, bytesIn: 3000, bytesOut: 5000 })
    expect(a?.runMs.max).toBe(500)
    expect(a?.runMs.p50).toBeGreaterThan(430)
    expect(a?.runMs.p99).toBeLessThanOrEqual(500)
    expect(a?.waitMs.max).toBe(499.5)
    now = 1234
    expect(statistics.idleMs).toBe(234)
  })

  it('keeps a thousand names, and the rest under one', () => {
    const statistics = new CallStatistics(() => 0)
    for (let task = 0; task < 1100; task++) statistics.settled(callOf(`t${task}`, 0, 0), good)
    const { tasks } = statistics
    expect(Object.keys(tasks)).toHaveLength(1001)
    expect(tasks.other).toMatchObject({ count: 100 })
  })
})

describe('Utilization', () => {
  it('is of the last second or so, however often somebody asks', () => {
    const reading = { active: 0, idle: 0, utilization: 0 }
    const pass = (active: number, idle: number): void => {
      reading.active += active
      reading.idle += idle
    }
    const utilization = new Utilization(
      () => ({ ...reading }),
      () => reading.active + reading.idle,
    )
    expect(utilization.value).toBe(0)
    pass(500, 1500)
    expect(utilization.value).toBe(0.25)
    pass(100, 0)
    const often = [1, 2, 3].map(() => utilization.value)
    expect(new Set(often).size).toBe(1)
    for (let second = 0; second < 5; second++) {
      pass(1000, 0)
      expect(utilization.value).toBeGreaterThan(0.25)
    }
    expect(utilization.value).toBe(1)
  })
})

describe('WeightWatch', () => {
  it('tells once, after a call or within five seconds without one', () => {
    vi.useFakeTimers()
    const tell = vi.fn()
    new WeightWatch(1, tell)
    new WeightWatch(Number.POSITIVE_INFINITY, () => expect.unreachable())
    vi.advanceTimersByTime(4999)
    expect(tell).not.toHaveBeenCalled()
    vi.advanceTimersByTime(20_000)
    expect(tell).toHaveBeenCalledOnce()
    const told = vi.fn()
    const watch = new WeightWatch(1, told)
    watch.look()
    watch.look()
    expect(told).toHaveBeenCalledOnce()
    vi.useRealTimers()
  })
})
