import type { Bytes } from '@conc/core/internal'
import { decode, encode } from '@conc/wire'
import type { CallRequest } from '../coordinator/call-request.js'
import { inOne } from '../coordinator/fault.js'

/** Goes along as a context variable does, wherever the call and what comes of it run; nobody asks for it there. */
export const aboveVar = 'conc/above'

/** The nearest ones: bodies that call each other over servers in turn would make it longer and longer. */
const mostAbove = 32

/** The ids of bodies that a call comes from, the nearest first: the one that made it, and those that sessions have told of. */
export function idsAbove({ parentId, vars }: CallRequest): readonly string[] {
  const told = toldIds(vars?.get(aboveVar)).toReversed()
  return parentId === undefined || told.includes(parentId) ? told : [parentId, ...told]
}

/** The context variables of a call, with these ids for whoever asks what it comes from. */
export function varsWith(
  vars: CallRequest['vars'],
  ids: readonly string[],
): ReadonlyMap<string, Bytes> {
  const all = new Set([...toldIds(vars?.get(aboveVar)), ...ids])
  const nearest = [...all].slice(-mostAbove)
  return new Map(vars).set(aboveVar, encode(nearest).chunks)
}

/** They may come from anywhere. */
function toldIds(bytes: Bytes | undefined): readonly string[] {
  if (bytes === undefined) return []
  try {
    const told = decode(inOne(bytes))
    return Array.isArray(told) ? told.filter((id) => typeof id === 'string').slice(-mostAbove) : []
  } catch {
    return []
  }
}
