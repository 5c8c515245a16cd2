import type { CallRoot } from '../calls/forwarded-options.js'
import { processState } from '../process-state.js'

/** Whose the body with this id is, if one runs there now. */
type BodyFinder = (id: string) => CallRoot | undefined

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

/** Whose the body with this id is, in a thread or process of this one. */
export function rootOfBody(id: string): CallRoot | undefined {
  return finders.get(id.slice(0, id.indexOf('-')))?.(id)
}
