import { readHead } from './head.js'
import { Notes } from './notes.js'
import { opaque, type Parameters, readParameter, unreadable, whole } from './pattern.js'
import { Tokens } from './tokens.js'

export type { ParameterKey, Parameters } from './pattern.js'

type AnyFunction = (...args: never[]) => unknown

/** The function has no such parameter, nor one after it, and does not look at `arguments`. */
export const noParameter: Parameters = { kind: 'keys', keys: [] }
const wrapped = opaque('is native, bound or wrapped code')
const constructed = opaque('is a class')
const listed = opaque("reads its parameters from 'arguments'")
const ownArguments = /(?<![\w$])arguments(?![\w$])/

/**
 * Reads which keys a function takes out of its parameter number `index`, from the function's source, as far as the
 * end of that parameter. Each function object is read once. Never throws: what cannot be read is opaque.
 */
export function parametersOf(fn: AnyFunction, index: number): Parameters {
  const noted = Notes.read(fn, index)
  if (noted) return noted
  const parameters = read(fn, index)
  Notes.write(fn, index, parameters)
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
