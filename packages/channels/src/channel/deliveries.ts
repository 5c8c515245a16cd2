import type { Received } from './channel.js'
import type { Delivery } from './waits.js'

const received: Delivery<never, Received<never>> = {
  item: (value) => ({ ok: true, value }),
  end: (end) => ({ ok: false, value: undefined, ...end }),
}

const step: Delivery<never, IteratorResult<never, undefined>> = {
  item: (value) => ({ done: false, value }),
  end: ({ error }) => {
    if (error !== undefined) throw error
    return { done: true, value: undefined }
  },
}

/** What `recv` and `tryGet` say. */
export function asReceived<T>(): Delivery<T, Received<T>> {
  return received as unknown as Delivery<T, Received<T>>
}

/** A step of a loop. */
export function asStep<T>(): Delivery<T, IteratorResult<T, undefined>> {
  return step as unknown as Delivery<T, IteratorResult<T, undefined>>
}
