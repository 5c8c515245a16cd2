import type { LiveBody } from '../calls/forwarded-options.js'
import { processState } from '../process-state.js'

/** The body with this id, if it runs there now. */
type BodyFinder = (id: string) => LiveBody | undefined

const finders = processState('body-finders', () => new Map<string, BodyFinder>())

/**
 * For bodies whose ids are given out by another thread or process, which does not tell them.
 *
 * @param tag what their ids begin with.
 * @returns what ends it
 */
export function findBodies(tag: string, find: BodyFinder): () => void {
  finders.set(tag, find)
  return () => void finders.delete(tag)
}

/** The body with this id, in a thread or process of this one. */
export function findBody(id: string): LiveBody | undefined {
  return finders.get(id.slice(0, id.indexOf('-')))?.(id)
}
