import { describe, expect, it } from 'vitest'
import { Patience } from '../../src/between/patience.js'

/** Waits that go by until the next one that looks around. */
function letGo(patience: Patience): number {
  let count = 0
  while (!patience.takes()) count++
  return count
}

describe('Patience', () => {
  it('is there at first, and as long as it is rewarded', () => {
    const patience = new Patience()
    for (let wait = 0; wait < 10; wait++) {
      expect(patience.takes()).toBe(true)
      patience.rewarded()
    }
  })

  it('lets twice as many waits go each time it is disappointed, and never gives up', () => {
    const patience = new Patience()
    const counts = Array.from({ length: 13 }, () => {
      patience.disappointed()
      return letGo(patience)
    })
    expect(counts).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1024, 1024])
  })

  it('comes back with rewards, some for each disappointment', () => {
    const patience = new Patience()
    for (let time = 0; time < 5; time++) {
      patience.disappointed()
      letGo(patience)
    }
    for (let time = 0; time < 10; time++) patience.rewarded()
    patience.disappointed()
    expect(letGo(patience)).toBeGreaterThan(1)
    for (let time = 0; time < 100; time++) patience.rewarded()
    patience.disappointed()
    expect(letGo(patience)).toBe(1)
  })
})
