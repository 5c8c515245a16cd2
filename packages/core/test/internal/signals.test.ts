import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { inline, limit } from '../../src/index.js'
import { listenTo, stopListening } from '../../src/internal/signals.js'

const listener = () => ({ aborted: vi.fn<(reason: unknown) => void>() })
const count = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

describe('listenTo', () => {
  it('puts one listener on a signal however many follow it', () => {
    const { signal } = new AbortController()
    const all = Array.from({ length: 100 }, listener)
    for (const one of all) listenTo(signal, one)
    expect(count(signal)).toBe(1)
    for (const one of all.slice(1)) stopListening(signal, one)
    expect(count(signal)).toBe(1)
    stopListening(signal, all[0] as never)
    expect(count(signal)).toBe(0)
  })

  it('tells each follower the reason once, and nobody who stopped', () => {
    const controller = new AbortController()
    const [stays, leaves] = [listener(), listener()]
    listenTo(controller.signal, stays)
    listenTo(controller.signal, leaves)
    stopListening(controller.signal, leaves)
    controller.abort('why')
    expect(stays.aborted.mock.calls).toEqual([['why']])
    expect(leaves.aborted).not.toHaveBeenCalled()
    expect(count(controller.signal)).toBe(0)
  })

  it('listens anew after all have gone', () => {
    const controller = new AbortController()
    const one = listener()
    for (let i = 0; i < 3; i++) {
      listenTo(controller.signal, one)
      stopListening(controller.signal, one)
    }
    listenTo(controller.signal, one)
    controller.abort()
    expect(one.aborted).toHaveBeenCalledTimes(1)
  })

  it('bears it when a follower makes another one stop', () => {
    const controller = new AbortController()
    const second = listener()
    listenTo(controller.signal, {
      aborted: () => stopListening(controller.signal, second),
    })
    listenTo(controller.signal, second)
    expect(() => controller.abort()).not.toThrow()
  })
})

describe('a signal shared by many calls', () => {
  it('carries one listener while they run and none afterwards', async () => {
    const { signal } = new AbortController()
    const executor = limit(inline(), 2)
    const calls = Array.from({ length: 50 }, (_, n) =>
      executor.submit(async () => n, [], { signal }),
    )
    expect(count(signal)).toBe(1)
    await Promise.all(calls)
    expect(count(signal)).toBe(0)
    await executor.close()
  })
})
