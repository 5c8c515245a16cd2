import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { atTurnEnd, endTurn } from '../../src/protocol/turn-end.js'

describe('the end of a turn', () => {
  it('comes after the promises that can go on now', async () => {
    const said: string[] = []
    atTurnEnd(() => said.push('end'))
    void Promise.resolve()
      .then(() => said.push('one'))
      .then(() => said.push('two'))
    await setImmediate()
    expect(said).toEqual(['one', 'two', 'end'])
  })

  it('is not kept from others by one that throws', async () => {
    const said: string[] = []
    atTurnEnd(() => said.push('first'))
    atTurnEnd(() => {
      throw new RangeError('mine')
    })
    atTurnEnd(() => said.push('last'))
    expect(endTurn).toThrow('mine')
    expect(said).toEqual(['first'])
    await setImmediate()
    expect(said).toEqual(['first', 'last'])
  })
})
