import { PayloadTooLargeError, SerializationError } from '@conc/core'

/** @param path of what cannot travel. */
export function unfit(path: string, what: string, cause?: unknown): SerializationError {
  return new SerializationError(`${path} is ${what}, which cannot travel as bytes.`, {
    path,
    ...(cause !== undefined && { cause }),
  })
}

/** @param reason why `path` could not be read, encoded or decoded; a clause that ends in what went wrong. */
export function failed(path: string, reason: string, cause?: unknown): SerializationError {
  const detail = cause instanceof Error ? `: ${cause.message}` : ''
  return new SerializationError(`${path} ${reason}${detail}.`.replace(/\.\.$/, '.'), {
    path,
    ...(cause !== undefined && { cause }),
  })
}

export function tooLarge(path: string, size: number, limit: number): PayloadTooLargeError {
  const message = `The value has ${size} bytes or more with ${path}; the limit is ${limit}.`
  return new PayloadTooLargeError(message, { size, limit, path })
}

/** Whether it says already what is wrong and where. */
export function isFailure(error: unknown): boolean {
  return error instanceof SerializationError || error instanceof PayloadTooLargeError
}
