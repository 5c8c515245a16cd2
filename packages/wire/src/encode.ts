import { InvalidOptionError } from '@conc/core'
import { checkKeys, checkLimit, checkObject } from '@conc/core/internal'
import { Writer } from './writing/writer.js'

/** Options of `encode`. */
export interface EncodeOptions {
  /** What paths begin with; default `value`. */
  readonly root?: string
  /** The most bytes the result may have; default Infinity. */
  readonly maxBytes?: number
}

/** A value as bytes: the chunks in a row. */
export interface Encoded {
  /**
   * The first is new. Further ones are text and binary of 64 KiB and more, the latter not copied: leave the value
   * alone until they are written.
   */
  readonly chunks: readonly Uint8Array[]
  /** Of all chunks together. */
  readonly byteLength: number
}

const none: EncodeOptions = {}

/** Taken while it writes: a getter of the value may call `encode` too. */
let spare: Writer | undefined

/**
 * A value as bytes, for `decode`. What it contains more than once is copied as often.
 *
 * @throws {SerializationError} something in it cannot travel; its `path` says what, from `options.root` on.
 * @throws {PayloadTooLargeError} it takes more than `options.maxBytes`; nothing has been written then.
 * @throws {InvalidOptionError} an option that there is not, or one of the wrong type.
 * @example
 * const { chunks } = encode({ at: new Date(), tags: new Set(['a']) })
 * decode(Buffer.concat(chunks))
 */
export function encode(value: unknown, options: EncodeOptions = none): Encoded {
  if (options !== none) checkNames(options)
  const { root = 'value', maxBytes = Number.POSITIVE_INFINITY } = options
  if (typeof root !== 'string') throw new InvalidOptionError('root', 'a string', root)
  checkLimit('maxBytes', maxBytes)
  const writer = spare ?? new Writer()
  spare = undefined
  try {
    return writer.run(value, root, maxBytes)
  } finally {
    writer.reset()
    spare = writer
  }
}

/** In a loop, as this is done for each value that travels. */
function checkNames(options: EncodeOptions): void {
  checkObject('options', options)
  for (const name in options) {
    if (name !== 'root' && name !== 'maxBytes') checkKeys('options', options, ['root', 'maxBytes'])
  }
}
