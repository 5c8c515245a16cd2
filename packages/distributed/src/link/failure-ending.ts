import type { Ending } from '../coordinator/call-request.js'
import { Fault } from '../coordinator/fault.js'
import { decodeFailureMeta } from '../protocol/failure-meta.js'

/** What an ERROR frame says; the cautious reading of a meta that makes no sense. */
export function failureEnding(meta: Uint8Array, error: Uint8Array): Ending {
  const { phase, started } = decodeFailureMeta(meta) ?? { phase: 'infra', started: 'unknown' }
  return { ok: false, phase, started, fault: Fault.from([error]) }
}
