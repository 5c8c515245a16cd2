import { InvalidOptionError } from '@conc/core'
import { Reader } from './reading/reader.js'

/** Options of `decode`. */
export interface DecodeOptions {
  /** What paths begin with; default `value`. */
  readonly root?: string
}

/**
 * The value that `encode` was given. Takes what a stranger may have sent: either gives a value, made of nothing but
 * what `encode` accepts, or throws. It shares no memory with `bytes`.
 *
 * @throws {SerializationError} the bytes are no such value, or a class in it is not registered here; its `path` says
 * where, from `options.root` on.
 * @example
 * decode(Buffer.concat(encode({ at: new Date(0) }).chunks)) // { at: new Date(0) }
 */
export function decode(bytes: Uint8Array, options: DecodeOptions = {}): unknown {
  if (!(bytes instanceof Uint8Array)) throw new InvalidOptionError('bytes', 'a Uint8Array', bytes)
  return new Reader(bytes, options.root ?? 'value').run()
}
