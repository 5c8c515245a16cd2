import { InvalidOptionError } from '@conc/core'
import type { SyncOptions } from '../channel/channel.js'
import { LinkedEnd } from '../linked/linked-end.js'
import { blockUntil, checkBlocking } from '../linked/sync-wait.js'
import { activeCases, type Cases, type Selected } from './cases.js'
import { assertSome, attemptReady } from './select.js'

/**
 * The case form of `select` that blocks this thread. Only for channels between threads.
 *
 * @throws {InvalidOptionError} a channel of this thread, which nothing could fill meanwhile.
 * @throws {ChannelTimeoutError} @throws {ChannelStateError} on the main thread without `timeoutMs` or `allowMainThread`.
 * @example
 * const { key } = selectSync({ job: recv(jobs), stop: recv(stop) }, { timeoutMs: 1000 })
 */
export function selectSync<C extends Cases>(cases: C, options: SyncOptions = {}): Selected<C> {
  checkBlocking('selectSync', options)
  const active = activeCases(cases)
  assertSome(active, cases)
  const ends = active.cases.flatMap((one, index) => {
    if (one === undefined) return []
    if (one.end instanceof LinkedEnd) return [one.end]
    const key = `cases.${active.keys[index]}`
    throw new InvalidOptionError(key, 'a channel between threads', one.end.name)
  })
  const attempt = (): object | undefined => attemptReady(active, Math.random)
  return blockUntil(ends, attempt, options) as Selected<C>
}
