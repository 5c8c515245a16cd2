import { MessageChannel } from 'node:worker_threads'
import { checkCount, checkKeys, checkObject } from '@conc/core/internal/base'
import type { LinkedChannel } from '../channel/channel.js'
import { LinkedEnd } from './linked-end.js'
import { unusedParts } from './unused-parts.js'

/**
 * A channel with two ends. An end that nobody waits on can be handed to another thread once, as an argument of a
 * coroutine or as the value put into a linked channel; here it throws `ChannelStateError` afterwards.
 *
 * @param options.capacity items on their way in each direction: an integer of at least 0, or Infinity (the default).
 * @throws {InvalidOptionError}
 * @example
 * const [here, there] = duplex<number>({ capacity: 4 })
 * const worker = square(there) // a coroutine, which reads and writes the other end
 * await here.put(7)
 */
export function duplex<A, B = A>(
  options: { readonly capacity?: number } = {},
): [LinkedChannel<A, B>, LinkedChannel<B, A>] {
  checkObject('options', options)
  checkKeys('options', options, ['capacity'])
  const { capacity = Number.POSITIVE_INFINITY } = options
  checkCount('capacity', capacity)
  const { port1, port2 } = new MessageChannel()
  const [one, other] = unusedParts('duplex', capacity)
  return [
    new LinkedEnd<A, B>({ ...one, port: port1 }),
    new LinkedEnd<B, A>({ ...other, port: port2 }),
  ]
}
