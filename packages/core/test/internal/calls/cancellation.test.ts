import { describe, expect, it, vi } from 'vitest'
import { Cancellation } from '../../../src/internal/calls/cancellation.js'

const dependent = () => ({ cancelled: vi.fn<(reason: unknown) => void>() })

describe('Cancellation', () => {
  it('counts the first cancel only', () => {
    const one = dependent()
    const cancellation = new Cancellation()
    cancellation.add(one)
    expect([cancellation.cancel('a'), cancellation.cancel('b')]).toEqual([true, false])
    expect(cancellation.reason).toBe('a')
    expect(one.cancelled.mock.calls).toEqual([['a']])
  })

  it('makes a signal that says the same, before and after the cancel', () => {
    const [early, late] = [new Cancellation(), new Cancellation()]
    const { signal } = early
    early.cancel('why')
    late.cancel('why')
    expect([signal.reason, late.signal.reason]).toEqual(['why', 'why'])
    expect([signal.aborted, late.signal.aborted]).toEqual([true, true])
    expect(late.signal).toBe(late.signal)
  })

  it('tells at once who comes after the cancel, and nobody after the end', () => {
    const [late, never] = [dependent(), dependent()]
    const cancelled = new Cancellation()
    cancelled.cancel('why')
    cancelled.add(late)
    const ended = new Cancellation()
    ended.add(never)
    ended.end()
    expect(ended.cancel('late')).toBe(false)
    ended.add(never)
    expect(late.cancelled).toHaveBeenCalledWith('why')
    expect(never.cancelled).not.toHaveBeenCalled()
    expect([ended.isCancelled, ended.signal.aborted]).toEqual([false, false])
  })

  it('stays cancelled when it ends', () => {
    const cancellation = new Cancellation()
    cancellation.cancel('why')
    cancellation.end()
    expect([cancellation.isCancelled, cancellation.signal.reason]).toEqual([true, 'why'])
  })

  it('does not tell who left', () => {
    const gone = dependent()
    const cancellation = new Cancellation()
    cancellation.add(gone)
    cancellation.remove(gone)
    cancellation.cancel('why')
    expect(gone.cancelled).not.toHaveBeenCalled()
  })

  it('has told everybody before cancel returns, whoever joins or leaves meanwhile', () => {
    const cancellation = new Cancellation()
    const [second, joined] = [dependent(), dependent()]
    cancellation.add({
      cancelled: () => {
        cancellation.remove(second)
        cancellation.add(joined)
      },
    })
    cancellation.add(second)
    cancellation.cancel('why')
    expect(joined.cancelled).toHaveBeenCalledWith('why')
    expect(second.cancelled).toHaveBeenCalledWith('why')
  })

  it('goes through a chain that would not fit on the stack', () => {
    const first = new Cancellation()
    let last = first
    for (let depth = 0; depth < 100_000; depth++) {
      const next = new Cancellation()
      last.add({ cancelled: (reason) => void next.cancel(reason) })
      last = next
    }
    first.cancel('why')
    expect([last.isCancelled, last.reason]).toEqual([true, 'why'])
  })
})
