import type { Bytes } from '@conc/core/internal'
import { encode } from '@conc/wire'
import type { Frame } from '../protocol/frame.js'

/** What is given back, and by whom: as the owner stands in the body of an ACQUIRE frame. */
export interface Release {
  readonly token: number
  readonly owner: unknown
}

/** The body of a RELEASE frame. */
export function encodeRelease({ token, owner }: Release): Bytes {
  return encode([token, owner]).chunks
}

/** `undefined` where the body is none. */
export function readRelease(frame: Frame): Release | undefined {
  try {
    const [token, owner] = frame.decodeBody('release') as [unknown, unknown]
    return typeof token === 'number' ? { token, owner } : undefined
  } catch {
    return undefined
  }
}
