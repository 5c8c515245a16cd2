import { InvalidOptionError } from '@conc/core'
import { checkKeys, checkObject } from '@conc/core/internal'
import { Reader } from './reading/reader.js'

/** Options of `decode`. */
export interface DecodeOptions {
  /** What paths begin with; default `value`. */
  readonly root?: string
  /** Where in `bytes` the value begins; default 0. */
  readonly start?: number
  /** Where it ends; default with `bytes`. */
  readonly end?: number
}

const none: DecodeOptions = {}

/** Taken while it reads: what makes a registered value of its data may call `decode` too. */
let spare: Reader | undefined
const known = ['root', 'start', 'end']

/**
 * The value that `encode` was given. Takes what a stranger may have sent: either gives a value, made of nothing but
 * what `encode` accepts, or throws. It shares no memory with `bytes`.
 *
 * @throws {SerializationError} the bytes are no such value, or a class in it is not registered here; its `path` says
 * where, from `options.root` on.
 * @throws {InvalidOptionError} what it was given are no bytes, or an option that there is not.
 * @example
 * decode(Buffer.concat(encode({ at: new Date(0) }).chunks)) // { at: new Date(0) }
 */
export function decode(bytes: Uint8Array, options: DecodeOptions = none): unknown {
  if (!(bytes instanceof Uint8Array)) throw new InvalidOptionError('bytes', 'a Uint8Array', bytes)
  if (options !== none) checkNames(options)
  const { root = 'value', start = 0, end = bytes.length } = options
  checkRange(start, end, bytes.length)
  const reader = spare ?? new Reader()
  spare = undefined
  try {
    return reader.run(bytes, root, start, end)
  } finally {
    reader.reset()
    spare = reader
  }
}

function checkRange(start: number, end: number, byteLength: number): void {
  if (!Number.isInteger(start) || start < 0 || start > byteLength) {
    throw new InvalidOptionError('start', `an integer from 0 to ${byteLength}`, start)
  }
  if (!Number.isInteger(end) || end < start || end > byteLength) {
    throw new InvalidOptionError('end', `an integer from ${start} to ${byteLength}`, end)
  }
}

/** In a loop, as this is done for each value that travels. */
function checkNames(options: DecodeOptions): void {
  checkObject('options', options)
  for (const name in options) {
    if (name !== 'root' && name !== 'start' && name !== 'end') checkKeys('options', options, known)
  }
  const { root } = options
  if (root !== undefined && typeof root !== 'string') {
    throw new InvalidOptionError('root', 'a string', root)
  }
}
