import { createHmac, timingSafeEqual } from 'node:crypto'

type Key = string | Uint8Array | undefined

/** `data` with a signature over it and `context`, where there is a key. */
export function signed<T extends object>(data: T, context: string, key: Key): T & { s?: string } {
  return key === undefined ? data : { ...data, s: signatureOf(data, context, key) }
}

/** Whether `data` was signed with the key; always, where there is none. */
export function isSigned(data: { readonly s?: unknown }, context: string, key: Key): boolean {
  if (key === undefined) return true
  const { s, ...rest } = data
  if (typeof s !== 'string') return false
  const expected = Buffer.from(signatureOf(rest, context, key))
  const given = Buffer.from(s)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function signatureOf(data: object, context: string, key: string | Uint8Array): string {
  // As Redis has it: what was parsed from this text gives this text again.
  const text = JSON.stringify(data)
  return createHmac('sha256', key).update(`${context}\n${text}`).digest('base64')
}
