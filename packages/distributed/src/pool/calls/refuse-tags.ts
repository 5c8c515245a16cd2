import type { CallRequest } from '../../coordinator/call-request.js'
import { carries } from '../../coordinator/carries.js'
import { NoWorkersError } from '../../errors.js'
import type { PoolSettings } from '../options/pool-settings.js'

/** The refusal of a call whose tags no worker will ever have; it would wait for ever. */
export function refuseTags(
  request: CallRequest,
  { name, breadth, tagsOf }: PoolSettings,
): NoWorkersError | undefined {
  const { task, tags, tagMatch } = request
  if (tags === undefined || tags.length === 0) return undefined
  const places = Array.from({ length: breadth }, (_, place) => tagsOf(place))
  if (places.some((own) => carries(new Set(own), request))) return undefined
  const there = [...new Set(places.flat())].join(', ') || 'none'
  return new NoWorkersError(
    `No worker of '${name}' has ${tagMatch === 'any' ? 'any' : 'all'} of the tags ${tags.join(', ')}. There are: ${there}.`,
    { reason: 'tags', executor: name, task, retryable: false },
  )
}
