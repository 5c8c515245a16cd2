import type { Tokens } from './tokens.js'

/** How a function's source begins; `name`: an arrow function with one parameter and no parentheses. */
export type Head =
  | { readonly kind: 'list' | 'class' | 'unreadable' }
  | { readonly kind: 'name'; readonly name: string }

/**
 * Moves to the first token of the parameter list, or to its closing parenthesis: past `async`, `function`, `get`,
 * `*` and the name, which for a method may be a string, a number or computed.
 */
export function readHead(tokens: Tokens): Head {
  const isClass = tokens.next().kind === 'name' && tokens.text === 'class'
  for (let before = ''; tokens.kind !== 'end'; tokens.next()) {
    if (tokens.is('(')) return startList(tokens)
    if (tokens.is('=>')) return { kind: 'name', name: before }
    // A method may be called `class`; then its list comes next.
    if (isClass && before === 'class') return { kind: 'class' }
    if (tokens.is('[')) skipComputedName(tokens)
    before = tokens.text
  }
  return { kind: 'unreadable' }
}

function startList(tokens: Tokens): Head {
  tokens.next()
  return { kind: 'list' }
}

function skipComputedName(tokens: Tokens): void {
  while (tokens.depth > 0 && tokens.kind !== 'end') tokens.next()
}
