import { describe, expect, it } from 'vitest'
import { InvalidOptionError } from '../../src/errors/conc-error.js'
import {
  checkCloseOptions,
  checkKeys,
  checkSubmitOptions,
  checkWaitOptions,
} from '../../src/internal/index.js'

describe('the check of keys', () => {
  const messageOf = (check: () => void): string => {
    try {
      check()
      return 'nothing thrown'
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidOptionError)
      return (error as Error).message
    }
  }

  it('names the key, what may have been meant, and no value', () => {
    const options = { authkey: 'a secret', breath: 2 }
    const message = messageOf(() => checkKeys('options', options, ['authkey', 'breadth']))
    expect(message).toBe(
      'Expected `options` to be an object with only authkey, breadth, got one with `breath` (did you mean `breadth`?).',
    )
  })

  it('guesses nothing where no name is like it', () => {
    const message = messageOf(() => checkKeys('options', { nonsense: 1 }, ['signal']))
    expect(message).toBe(
      'Expected `options` to be an object with only signal, got one with `nonsense`.',
    )
  })

  it.each([
    [
      'a submit',
      () => checkSubmitOptions({ retrys: 1 } as never),
      /`retrys` \(did you mean `retry`/,
    ],
    [
      'a close',
      () => checkCloseOptions({ timeoutMS: 1 } as never),
      /`timeoutMS` \(did you mean `timeoutMs`/,
    ],
    ['a wait', () => checkWaitOptions({ singal: 1 } as never), /`singal` \(did you mean `signal`/],
    [
      'a wait for null',
      () => checkWaitOptions(null as never),
      /`options` to be an object, got null/,
    ],
  ])('holds for %s', (_, check, message) => {
    expect(messageOf(check)).toMatch(message)
  })

  it('takes what a method has besides', () => {
    expect(() => checkSubmitOptions({ groupName: 'a' } as never, ['groupName'])).not.toThrow()
    expect(() => checkCloseOptions({ graceMs: 0 } as never, ['graceMs'])).not.toThrow()
  })

  it('does not care for what others put on Object.prototype', () => {
    const prototype = Object.prototype as unknown as Record<string, unknown>
    prototype.polluted = 1
    try {
      expect(() => checkSubmitOptions({ priority: 1 })).not.toThrow()
    } finally {
      delete prototype.polluted
    }
  })
})
