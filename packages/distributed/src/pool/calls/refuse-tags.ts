import type { CallRequest } from '../../coordinator/call-request.js'
import { NoWorkersError } from '../../errors.js'
import type { PoolSettings } from '../options/pool-settings.js'

/** The refusal of a call whose tags no worker will ever have; it would wait for ever. */
export function refuseTags(
  { task, tags, tagMatch }: CallRequest,
  { name, breadth, tagsOf }: PoolSettings,
): NoWorkersError | undefined {
  if (tags === undefined || tags.length === 0) return undefined
  const places = Array.from({ length: breadth }, (_, place) => tagsOf(place))
  const isCarried = (own: readonly string[]): boolean =>
    tagMatch === 'any'
      ? tags.some((tag) => own.includes(tag))
      : tags.every((tag) => own.includes(tag))
  if (places.some(isCarried)) return undefined
  const there = [...new Set(places.flat())].join(', ') || 'none'
  return new NoWorkersError(
    `No worker of '${name}' has ${tagMatch === 'any' ? 'any' : 'all'} of the tags ${tags.join(', ')}. There are: ${there}.`,
    { reason: 'tags', executor: name, task, retryable: false },
  )
}
