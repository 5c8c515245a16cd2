import type { CallRequest } from './call-request.js'

/** Whether a worker has the tags that a call asks for. */
export function carries(
  own: ReadonlySet<string>,
  { tags, tagMatch }: Pick<CallRequest, 'tags' | 'tagMatch'>,
): boolean {
  if (tags === undefined || tags.length === 0) return true
  const has = (tag: string): boolean => own.has(tag)
  return tagMatch === 'any' ? tags.some(has) : tags.every(has)
}
