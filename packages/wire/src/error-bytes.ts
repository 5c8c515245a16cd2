import {
  decodeError as decodeEnvelope,
  type EncodedError,
  type EncodeErrorOptions,
  encodeError as encodeEnvelope,
} from '@conc/core'
import { decode } from './decode.js'
import { type Encoded, encode } from './encode.js'

/** What is thrown and is no error may be so large; of a larger one a description travels. */
const thrownBytes = 256 * 1024

/**
 * Anything thrown, as bytes: class, name, message, stack, `code`, cause chain, `AggregateError.errors` and plain own
 * fields. What cannot travel is left out and named on the stack's last line. Never throws.
 *
 * @param options.where where it was thrown, for the last line of the stack: `task 'images/resize', worker 3`.
 */
export function encodeError(error: unknown, options?: EncodeErrorOptions): Encoded {
  const envelope = encodeEnvelope(error, options)
  if (envelope.thrown === 'value') return encodeThrown(error) ?? encodeOrDescribe(envelope)
  return encodeOrDescribe(envelope)
}

/** Core's envelope copies plain data only; here more can travel. */
function encodeThrown(value: unknown): Encoded | undefined {
  try {
    return encode({ thrown: 'value', value }, { maxBytes: thrownBytes })
  } catch {
    return undefined
  }
}

/** An envelope is plain data within limits, so only a lack of memory or stack is left to fail. */
function encodeOrDescribe(envelope: EncodedError): Encoded {
  try {
    return encode(envelope)
  } catch {
    return encode({ thrown: 'value', value: 'An error that could not be encoded.' })
  }
}

/**
 * What `encodeError` was given: errors of the language, of conc and of classes given to `registerError` as
 * themselves, without calling their constructors; others as `RemoteError`. Never throws: for bytes that are no
 * error it returns the `SerializationError` that says so.
 */
export function decodeError(bytes: Uint8Array): unknown {
  try {
    return decodeEnvelope(decode(bytes, { root: 'error' }) as EncodedError)
  } catch (error) {
    return error
  }
}
