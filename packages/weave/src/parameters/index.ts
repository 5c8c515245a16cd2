import { readHead } from './head.js'
import { keysOf, opaque, type Parameters, readParameter, unreadable, whole } from './pattern.js'
import { Tokens } from './tokens.js'

export type { ParameterKey, Parameters } from './pattern.js'

type AnyFunction = (...args: never[]) => unknown

/** By the number of the parameter, of which tasks have up to two: one look-up for a body that was seen before. */
const known = [new WeakMap<AnyFunction, Parameters>(), new WeakMap<AnyFunction, Parameters>()]
/** The function has no such parameter, nor one after it, and does not look at `arguments`. */
export const noParameter: Parameters = keysOf(new Map())
const wrapped = opaque('is native, bound or wrapped code')
const constructed = opaque('is a class')
const listed = opaque("reads its parameters from 'arguments'")
const ownArguments = /(?<![\w$])arguments(?![\w$])/

/**
 * Reads which keys a function takes out of its parameter number `index`, from the function's source, as far as the
 * end of that parameter. Each function object is read once. Never throws: what cannot be read is opaque.
 */
export function parametersOf(fn: AnyFunction, index: number): Parameters {
  const cached = known[index]?.get(fn)
  if (cached) return cached
  const parameters = read(fn, index)
  known[index]?.set(fn, parameters)
  return parameters
}

function read(fn: AnyFunction, index: number): Parameters {
  const source = Function.prototype.toString.call(fn)
  if (source.endsWith('{ [native code] }')) return wrapped
  const tokens = new Tokens(source)
  const head = readHead(tokens)
  if (head.kind === 'class') return constructed
  if (head.kind === 'unreadable') return unreadable
  if (head.kind === 'name') return index === 0 ? whole(head.name) : noParameter
  if (skipParameters(tokens, index)) return readParameter(tokens)
  // Without an arrow there is `arguments`: where compilers move what they lower.
  const isArrow = tokens.next().is('=>')
  return !isArrow && ownArguments.test(source.slice(tokens.position)) ? listed : noParameter
}

/** Moves to parameter number `count`, or to the rest parameter before it. @returns whether there is one. */
function skipParameters(tokens: Tokens, count: number): boolean {
  for (let skipped = 0; skipped < count && !tokens.is(')') && !tokens.is('...'); skipped++) {
    tokens.skipElement(1)
    if (tokens.is(',')) tokens.next()
  }
  return !tokens.is(')')
}
