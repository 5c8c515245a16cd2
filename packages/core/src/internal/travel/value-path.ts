import { textOf } from '../../errors/envelope.js'

/** The path from `path` to one of its properties or, with `isIndex`, one of its items: `args[0].socket`. */
export function pathTo(path: string, key: string, isIndex: boolean): string {
  if (isIndex && /^[0-9]+$/.test(key)) return `${path}[${key}]`
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`
}

/** The path from a map to the value of one of its keys: `args[0].get("a")`. */
export function pathToEntry(path: string, key: unknown): string {
  return `${path}.get(${typeof key === 'string' ? JSON.stringify(key) : (textOf(key) ?? '…')})`
}

export function className(value: object): string {
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
  return typeof name === 'string' && name !== '' ? name : 'object'
}

/** A class name with its article: `a Socket`, `an Event`. */
export function nounOf(name: string): string {
  return `${/^[AEIOU](?!R)/i.test(name) ? 'an' : 'a'} ${name}`
}
