import { InvalidOptionError } from '@conc/core'
import { checkFunction, checkObject, processState } from '@conc/core/internal'
import { builtinKind } from './format/value-kind.js'

/** A class whose instances are values of type `T`. */
export type Class<T> = abstract new (...args: never[]) => T

/** How the instances of a class become data that can travel, and come back. */
export interface ValueCodec<T> {
  /** Data that can travel; may contain instances of registered classes in turn. */
  encode(value: T): unknown
  /** The data may come from anybody: throw where it is not what `encode` makes. */
  decode(data: unknown): T
}

export interface RegisteredValue {
  readonly name: string
  readonly type: Class<object>
  readonly codec: ValueCodec<object>
}

interface ValueRegistry {
  readonly byName: Map<string, RegisteredValue>
  readonly byPrototype: Map<object, RegisteredValue>
}

const values = processState<ValueRegistry>('values', () => ({
  byName: new Map(),
  byPrototype: new Map(),
}))

/**
 * Lets instances of a class travel. Both sides have to register it, by the same name; do so in the module that
 * declares the class. Instances of its subclasses are not meant.
 *
 * @param name what it is called on the way.
 * @throws {InvalidOptionError} the class is one that travels anyway, or another class has the name.
 * @example
 * class Money { constructor(readonly amount: bigint, readonly currency: string) {} }
 * registerValue('shop/Money', Money, {
 *   encode: ({ amount, currency }) => [amount, currency],
 *   decode: (data) => new Money(...(data as [bigint, string])),
 * })
 */
export function registerValue<T>(name: string, type: Class<T>, codec: ValueCodec<T>): void {
  if (typeof name !== 'string' || name === '') {
    throw new InvalidOptionError('name', 'a non-empty string', name)
  }
  checkClass(type)
  checkObject('codec', codec)
  checkFunction('codec.encode', codec.encode)
  checkFunction('codec.decode', codec.decode)
  const existing = values.byName.get(name)
  // The same file evaluated again makes a new class of the same text; the newest one is what callers can import.
  if (existing && existing.type !== type && String(existing.type) !== String(type)) {
    throw new InvalidOptionError('name', 'a name that no other class is registered by', name)
  }
  const entry = { name, type, codec } as unknown as RegisteredValue
  values.byName.set(name, entry)
  values.byPrototype.set(type.prototype as object, entry)
}

function checkClass(type: unknown): void {
  const prototype: unknown = typeof type === 'function' ? type.prototype : undefined
  if (typeof prototype !== 'object' || prototype === null) {
    throw new InvalidOptionError('type', 'a class', type)
  }
  if (builtinKind(prototype) === undefined) return
  throw new InvalidOptionError('type', 'a class that does not travel by itself', type)
}

export function registeredByName(name: string): RegisteredValue | undefined {
  return values.byName.get(name)
}

export function registeredByPrototype(prototype: object): RegisteredValue | undefined {
  return values.byPrototype.get(prototype)
}
