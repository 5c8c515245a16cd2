import type { Tokens } from './tokens.js'

/** One key of a destructured parameter. */
export interface ParameterKey {
  readonly name: string
  readonly hasDefault: boolean
}

/** What a function's source says about one of its parameters: the keys it takes out of it, or why that cannot be said. */
export type Parameters =
  | {
      readonly kind: 'keys'
      readonly keys: readonly ParameterKey[]
      /** The function is an arrow that takes nothing after this parameter. */
      readonly isLast?: boolean
    }
  | { readonly kind: 'opaque'; readonly reason: string }

export const unreadable: Parameters = opaque('has a source that cannot be read')

export function opaque(reason: string): Parameters {
  return { kind: 'opaque', reason }
}

function keysOf(found: ReadonlyMap<string, boolean>): ParameterKey[] {
  const keys: ParameterKey[] = []
  for (const [name, hasDefault] of found) keys.push({ name: interned(name), hasDefault })
  return keys
}

/**
 * The same text as the engine keeps property names: a cut of a source is looked up letter by letter each time, and
 * keeps the whole source alive.
 */
function interned(text: string): string {
  return Object.keys({ [text]: 0 })[0] as string
}

export function whole(name: string): Parameters {
  return opaque(`takes its parameter as a whole ('${name}')`)
}

/** Reads one parameter; the tokens stand on its first one. */
export function readParameter(tokens: Tokens): Parameters {
  if (tokens.is('{')) return readPattern(tokens)
  if (tokens.is('[')) return opaque('takes its parameter apart as an array')
  if (tokens.is('...')) return opaque(`takes a list of parameters (${nameOfRest(tokens)})`)
  if (tokens.kind === 'name') return whole(tokens.text)
  return unreadable
}

/** Only the keys on the outer level: what they are bound to and their defaults are skipped. */
function readPattern(tokens: Tokens): Parameters {
  const { depth } = tokens
  const found = new Map<string, boolean>()
  for (tokens.next(); !tokens.is('}'); ) {
    if (tokens.is('...')) return opaque(`takes the rest of its parameter (${nameOfRest(tokens)})`)
    if (tokens.is('[')) return opaque('has a computed key in its parameter')
    if (!isKey(tokens)) return unreadable
    const name = tokens.text
    const hasDefault = readTarget(tokens.next(), depth)
    // A key that is read twice is optional only where it is so both times.
    found.set(name, hasDefault && found.get(name) !== false)
    if (tokens.is(',')) tokens.next()
  }
  const isLast = tokens.next().is(')') && tokens.next().is('=>')
  return { kind: 'keys', keys: keysOf(found), isLast }
}

function isKey(tokens: Tokens): boolean {
  return tokens.kind === 'name' || tokens.kind === 'string' || tokens.kind === 'number'
}

/** Moves to the end of one element. @returns whether it has a default. */
function readTarget(tokens: Tokens, depth: number): boolean {
  if (tokens.is(':')) skipBinding(tokens.next(), depth)
  const hasDefault = tokens.is('=')
  tokens.skipElement(depth)
  return hasDefault
}

/** Moves past the name or nested pattern that a key is bound to. */
function skipBinding(tokens: Tokens, depth: number): void {
  while (tokens.depth > depth && tokens.kind !== 'end') tokens.next()
  tokens.next()
}

function nameOfRest(tokens: Tokens): string {
  return tokens.next().kind === 'name' ? `'...${tokens.text}'` : "'...'"
}
