import type { Payload } from '../envelope/payload.js'

/** What a job returned, and its signature where there is one. */
export interface JobResult extends Payload {
  readonly s?: string
}

/** Ours says how it is encoded; that of a foreign worker is plain JSON. */
export function resultOf(returned: unknown): JobResult {
  const isOurs = typeof returned === 'object' && returned !== null && 'v' in returned
  return isOurs ? (returned as JobResult) : { j: returned }
}
