import { describe, expect, it } from 'vitest'
import { endsAsCancelled } from '../../../src/internal/calls/ends-as-cancelled.js'

describe('endsAsCancelled', () => {
  const reason = new Error('why')

  it.each([
    ['the reason itself', reason],
    ['an abort error', new DOMException('aborted', 'AbortError')],
    ['an error of Node with ABORT_ERR', Object.assign(new Error(), { code: 'ABORT_ERR' })],
    ['an error caused by the reason', new Error('gave up', { cause: reason })],
  ])('holds for %s', (_, error) => {
    expect(endsAsCancelled(error, reason)).toBe(true)
  })

  it.each([
    ['any other error', new Error('clean-up')],
    ['a value that is no object', 'why'],
    [
      'an object whose fields throw when read',
      Object.defineProperty({}, 'name', {
        get() {
          throw new Error('getter')
        },
      }),
    ],
  ])('does not hold for %s', (_, error) => {
    expect(endsAsCancelled(error, reason)).toBe(false)
  })
})
