import { InvalidOptionError } from '@conc/core'
import { checkObject } from '@conc/core/internal/base'
import { ChannelEnd } from '../channel/channel-end.js'
import { assertCodeAllowed, type SourceText, shippable } from './shippable.js'

type Fn = (...args: never[]) => unknown

/** A function and what it uses, for a thread of this process. */
export interface SourceProgram {
  readonly main: string
  readonly functions: readonly { readonly key: string; readonly text: string }[]
  /** Keys of the scope that are functions of this package, with their names there. */
  readonly own: ReadonlyMap<string, string>
  /** The file that relative imports start from. */
  readonly base: string | undefined
}

/** What `go(fn)` ships: the program, and the values of its scope by key. */
export interface Shipment {
  readonly program: SourceProgram
  readonly values: ReadonlyMap<string, unknown>
}

/** @throws {UnshippableFunctionError} @throws {InvalidOptionError} */
export function shipmentOf(
  fn: Fn,
  scope: Readonly<Record<string, unknown>>,
  own: ReadonlyMap<unknown, string>,
  base: string | undefined,
): Shipment {
  checkScope(scope)
  assertCodeAllowed(fn)
  const keys = new Set(Object.keys(scope))
  const functions: { key: string; text: string }[] = []
  const ownKeys = new Map<string, string>()
  const values = new Map<string, unknown>()
  for (const [key, value] of Object.entries(scope)) {
    const ownName = own.get(value)
    if (ownName !== undefined) ownKeys.set(key, ownName)
    else if (typeof value !== 'function') values.set(key, refuseChannel(value))
    else functions.push({ key, text: expression(shippable(value as Fn, keys), key, keys) })
  }
  const main = expression(shippable(fn, keys), '', keys)
  return { program: { main, functions, own: ownKeys, base }, values }
}

/** An arrow or method that calls itself needs its name around it, unless it is called so there already. */
function expression(
  { name, text, free }: SourceText,
  key: string,
  keys: ReadonlySet<string>,
): string {
  if (name === key || !free.has(name) || keys.has(name)) return text
  return `(() => { const ${name} = (${text}\n); return ${name} })()`
}

function checkScope(scope: unknown): asserts scope is Record<string, unknown> {
  checkObject('scope', scope)
  for (const key of Object.keys(scope)) {
    if (!isIdentifier(key))
      throw new InvalidOptionError('scope', 'an object whose keys are identifiers', scope)
  }
}

function isIdentifier(key: string): boolean {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)) return false
  try {
    new Function(`'use strict'; const ${key} = 0`)
    return true
  } catch {
    return false
  }
}

function refuseChannel(value: unknown): unknown {
  if (!(value instanceof ChannelEnd)) return value
  throw new InvalidOptionError(
    'scope',
    'an object without channels (pass them as arguments)',
    value.name,
  )
}
