import { AuthenticationError, SerializationError } from '@conc/core'
import { unpack, unpackInline } from '../envelope/payload.js'
import { isSigned } from '../envelope/signature.js'
import type { JobIdentity } from './job-failures.js'
import type { JobHost } from './job-host.js'
import type { JobResult } from './result-of.js'

/**
 * What a job has ended with; a promise for it where it is in a blob.
 *
 * @throws {AuthenticationError} not signed with the key. {SerializationError} the bytes are no value here.
 */
export function jobValue(
  { link, settings }: JobHost,
  id: string,
  result: JobResult,
  identity: JobIdentity,
): unknown {
  if (!isSigned(result, `result ${id}`, settings.signingKey)) {
    throw new AuthenticationError('The result of the job is not signed with the key.', {
      ...identity,
    })
  }
  try {
    if (result.r === undefined) return unpackInline(result, 'result')
  } catch (error) {
    throw named(error, identity)
  }
  return unpack(result, 'result', link.blobs).catch((error: unknown) => {
    throw named(error, identity)
  })
}

/** The same failure with the names of the call. */
function named(error: unknown, identity: JobIdentity): unknown {
  if (!(error instanceof SerializationError)) return error
  const { message, path, cause } = error
  return new SerializationError(message, { ...identity, started: true, path, cause })
}
