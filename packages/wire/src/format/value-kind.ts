import { types } from 'node:util'
import { kinds, viewClasses } from './format.js'

export type ContainerKind = 'object' | 'array' | 'map' | 'set' | 'error'

/** `view`, with the number that says which: what is made of bytes. */
type Kind = { readonly is: ContainerKind | 'date' } | { readonly is: 'view'; readonly view: number }

const object: Kind = { is: 'object' }
const array: Kind = { is: 'array' }
const error: Kind = { is: 'error' }

const byPrototype = new Map<object, Kind>([
  [Object.prototype, object],
  [Array.prototype, array],
  [Map.prototype, { is: 'map' }],
  [Set.prototype, { is: 'set' }],
  [Date.prototype, { is: 'date' }],
  [ArrayBuffer.prototype, { is: 'view', view: kinds.arrayBuffer }],
  [DataView.prototype, { is: 'view', view: kinds.dataView }],
  [Buffer.prototype, { is: 'view', view: kinds.buffer }],
  ...viewClasses.map((type, view): [object, Kind] => [type.prototype, { is: 'view', view }]),
])

/** Whether instances with exactly this prototype travel by themselves, and as what. */
export function builtinKind(prototype: object): Kind | undefined {
  return byPrototype.get(prototype)
}

/** What a value travels as; `undefined` where it does not. */
export function kindOf(value: object, prototype: object | null): Kind | undefined {
  if (prototype === null) return object
  const kind = byPrototype.get(prototype)
  if (kind !== undefined) return isTrue(kind, value) ? kind : undefined
  if (isError(value)) return error
  return foreignKind(value, prototype)
}

/**
 * What most values begin with: arguments are a list. Its length is looked at for the compiler, which then knows what it has
 * and needs not ask the runtime for the prototype.
 */
export function isPlainArray(value: object): value is readonly unknown[] {
  return (
    Array.isArray(value) && value.length >= 0 && Object.getPrototypeOf(value) === Array.prototype
  )
}

/** Whether `value` really is what its prototype says: `Object.create(Map.prototype)` is no map. */
function isTrue(kind: Kind, value: object): boolean {
  switch (kind.is) {
    case 'array':
      return Array.isArray(value)
    case 'map':
      return types.isMap(value)
    case 'set':
      return types.isSet(value)
    case 'date':
      return types.isDate(value)
    case 'view':
      return ArrayBuffer.isView(value) || types.isArrayBuffer(value)
    default:
      return true
  }
}

function isError(value: object): boolean {
  return types.isNativeError(value) || value instanceof Error || value instanceof DOMException
}

/** A plain object or array of another realm, such as a `vm` context. */
function foreignKind(value: object, prototype: object): Kind | undefined {
  const base: unknown = Object.getPrototypeOf(prototype)
  const name: unknown = prototype.constructor?.name
  if (base === null) return name === 'Object' ? object : undefined
  const isRoot = Object.getPrototypeOf(base) === null
  return isRoot && name === 'Array' && Array.isArray(value) ? array : undefined
}
