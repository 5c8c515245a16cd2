import { SerializationError, type SubmitOptions } from '@conc/core'
import type { Bytes } from '@conc/core/internal'
import { decode } from '@conc/wire'
import { aboveVar } from '../calls/ids-above.js'
import { contextBytes, contextEntries } from '../protocol/limits.js'
import { encodePayload, type PayloadOwner } from './payload.js'

/** Variables that came from elsewhere, with the bytes they came as: passed on unchanged, they need not be encoded. */
const arrived = new WeakMap<ReadonlyMap<string, unknown>, ReadonlyMap<string, Bytes>>()

/**
 * In front of the name of a variable whose value is bytes that could not be decoded: no variable has such a name, and whoever
 * sets further ones, or takes them to a thread, takes this along.
 */
const undecoded = ' '

/**
 * Context variables as bytes, one by one.
 *
 * @throws {SerializationError} one of them cannot travel, or there is too much of them.
 */
export function encodeVars(
  vars: ReadonlyMap<string, unknown> | undefined,
  owner: PayloadOwner,
): ReadonlyMap<string, Bytes> | undefined {
  if (vars === undefined || vars.size === 0) return undefined
  const known = arrived.get(vars)
  if (known) return known
  const encoded = new Map<string, Bytes>()
  let left = contextBytes
  let count = 0
  for (const [name, value] of vars) {
    const root = `contextVar '${name}'`
    const isOurs = name === aboveVar
    if (!isOurs && ++count > contextEntries)
      throw tooMuch(root, `${contextEntries} variables`, owner)
    const isUndecoded = name.startsWith(undecoded)
    // It was set anew since it came.
    if (isUndecoded && vars.has(name.slice(undecoded.length))) continue
    const bytes = isUndecoded
      ? [value as Uint8Array]
      : encodePayload(value, root, Number.POSITIVE_INFINITY, owner)
    if (!isOurs) left -= bytes.reduce((sum, chunk) => sum + chunk.byteLength, 0)
    if (left < 0) throw tooMuch(root, `${contextBytes} bytes`, owner)
    encoded.set(isUndecoded ? name.slice(undecoded.length) : name, bytes)
  }
  return encoded
}

/** Checks headers against the same limits. @throws {SerializationError} */
export function checkHeadersFit(
  headers: Readonly<Record<string, string>> | undefined,
  owner: PayloadOwner,
): void {
  if (headers === undefined) return
  let left = contextBytes
  let count = 0
  for (const [name, value] of Object.entries(headers)) {
    const path = `headers.${name}`
    if (++count > contextEntries) throw tooMuch(path, `${contextEntries} headers`, owner)
    left -= Buffer.byteLength(name) + Buffer.byteLength(value)
    if (left < 0) throw tooMuch(path, `${contextBytes} bytes`, owner)
  }
}

/** Checks what else a caller may say at any length against the same limits. @throws {SerializationError} */
export function checkWordsFit(
  { tags = [], idempotencyKey = '' }: Pick<SubmitOptions, 'tags' | 'idempotencyKey'>,
  owner: PayloadOwner,
): void {
  if (Buffer.byteLength(idempotencyKey) > contextBytes) {
    throw tooMuch('idempotencyKey', `${contextBytes} bytes`, owner)
  }
  if (tags.length > contextEntries) throw tooMuch('tags', `${contextEntries} tags`, owner)
  let left = contextBytes
  for (const [index, tag] of tags.entries()) {
    left -= Buffer.byteLength(tag)
    if (left < 0) throw tooMuch(`tags[${index}]`, `${contextBytes} bytes`, owner)
  }
}

const warned = new Set<string>()

/** The variables as values. One that cannot be decoded here stays unset, with a warning, and is passed on as it came. */
export function decodeVars(
  encoded: ReadonlyMap<string, Uint8Array> | undefined,
): ReadonlyMap<string, unknown> | undefined {
  if (encoded === undefined) return undefined
  const vars = new Map<string, unknown>()
  const bytes = new Map<string, Bytes>()
  for (const [name, value] of encoded) {
    bytes.set(name, [value])
    try {
      vars.set(name, decode(value, { root: `contextVar '${name}'` }))
    } catch (error) {
      vars.set(undecoded + name, value)
      warnOnce(name, error)
    }
  }
  arrived.set(vars, bytes)
  return vars
}

function warnOnce(name: string, error: unknown): void {
  if (warned.has(name)) return
  warned.add(name)
  const why = error instanceof Error ? error.message : String(error)
  process.emitWarning(`The context variable '${name}' stays unset here: ${why}`)
}

function tooMuch(path: string, limit: string, owner: PayloadOwner): SerializationError {
  return new SerializationError(`${path} is more than goes along with a call: ${limit}.`, {
    path,
    ...owner,
  })
}
