import { hkdfSync } from 'node:crypto'
import { InvalidOptionError } from '@conc/core'
import { describedAs, describedByKind } from '@conc/core/internal'

/** A shared secret; strings are UTF-8. */
export type Key = string | Uint8Array

/** What is proven with: one key per direction, so that a proof cannot be sent back to its maker. */
export interface ProofKeys {
  readonly client: Buffer
  readonly server: Buffer
  /** Of the key they were made from. */
  readonly byteLength: number
}

/** A key of fewer bytes can be guessed. */
export const strongKeyBytes = 16
const mostKeys = 4

/** @throws {InvalidOptionError} */
export function proofKeys(option: string, key: unknown): ProofKeys {
  const bytes = keyBytes(option, key)
  const derive = (info: string): Buffer =>
    Buffer.from(hkdfSync('sha256', bytes, Buffer.alloc(0), info, 32))
  return {
    client: derive('conc/1 client'),
    server: derive('conc/1 server'),
    byteLength: bytes.byteLength,
  }
}

/** The current key and older ones that still open the door. @throws {InvalidOptionError} */
export function proofKeyRing(option: string, keys: unknown): readonly ProofKeys[] {
  if (!Array.isArray(keys)) return [proofKeys(option, keys)]
  if (keys.length === 0 || keys.length > mostKeys) {
    throw new InvalidOptionError(option, `1 to ${mostKeys} keys`, describedAs(`${keys.length}`))
  }
  return keys.map((key, index) => proofKeys(`${option}[${index}]`, key))
}

function keyBytes(option: string, key: unknown): Uint8Array {
  if (typeof key === 'string') return Buffer.from(key, 'utf8')
  if (key instanceof Uint8Array) return key
  throw new InvalidOptionError(option, 'a string or a Uint8Array', describedByKind(key))
}
