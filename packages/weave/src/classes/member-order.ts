import { Tokens } from '../parameters/tokens.js'

/** Behind these a name is part of an expression. */
const inExpressions = new Set(['new', 'await', 'typeof', 'void', 'delete', 'in', 'instanceof'])

/** The `known` names of a class's members in the order they are written, as far as its source tells. */
export function memberOrder(template: object, known: ReadonlySet<string>): string[] {
  const tokens = new Tokens(Function.prototype.toString.call(template))
  const found = new Set<string>()
  let name: string | undefined
  let mayBegin = false
  for (tokens.next(); tokens.kind !== 'end'; tokens.next()) {
    // What is called or assigned to right inside of the class is a method or a field.
    if (name !== undefined && (tokens.is('(') || tokens.is('='))) found.add(name)
    const isName = tokens.depth === 1 && (tokens.kind === 'name' || tokens.kind === 'string')
    name = isName && mayBegin && known.has(tokens.text) ? tokens.text : undefined
    mayBegin = beginsMember(tokens)
  }
  return [...found]
}

/** Whether a member may begin behind this token. */
function beginsMember({ kind, text }: Tokens): boolean {
  if (kind === 'mark') return ['{', '}', ';', ')', ']', '*'].includes(text)
  return !inExpressions.has(text)
}
