import { IdempotencyConflictError } from '@conc/core'
import type { Call } from '@conc/core/internal'
import { isConnectionError } from '../engine/connection-errors.js'
import { fingerprint, type JobEnvelope } from '../envelope/job-envelope.js'
import { isOutOfMemory, type JobIdentity, jobRefused, redisFull } from './job-failures.js'
import type { JobHost, JobOrder } from './job-host.js'
import type { OpenQueue } from './queue-link.js'

/** How long the blob of arguments is kept where nobody deletes it; ms. */
const blobMs = 24 * 60 * 60 * 1000

/** Puts the job of a call into the queue, its arguments first where they are apart. The same id again makes no second job. */
export async function addJob(
  host: JobHost,
  call: Call,
  order: JobOrder,
  { queue }: OpenQueue,
  identity: () => JobIdentity,
): Promise<void> {
  const { link, settings } = host
  const { id, envelope, options, blob } = order
  if (blob) await link.blobs.put(blob.id, blob.bytes, blobMs)
  const giveUpAt = Date.now() + settings.reconnectMs
  for (;;) {
    try {
      await queue.add(call.taskName as string, envelope, { ...options, jobId: id })
      return
    } catch (error) {
      if (isOutOfMemory(error)) throw redisFull(error, identity())
      if (link.commands.isReady && !isConnectionError(error)) throw jobRefused(error, identity())
      const leftMs = giveUpAt - Date.now()
      if (leftMs <= 0) throw link.commands.lost('unknown', error)
      await call.cancellation.orThrow(link.commands.again(leftMs))
    }
  }
}

/**
 * BullMQ is silent about a duplicate: what it is like, and whether it has ended already, has to be looked up.
 *
 * @returns when the job was made, ms; `undefined` where it is gone.
 */
export async function joinJob(
  { link }: JobHost,
  { taskName }: Call,
  { id, envelope }: JobOrder,
  { sweep }: OpenQueue,
  identity: () => JobIdentity,
): Promise<number | undefined> {
  const key = link.keys.job(id)
  const [stored, madeAt] = await link.ask(() => link.commands.redis.hmget(key, 'data', 'timestamp'))
  if (stored && fingerprint(JSON.parse(stored) as JobEnvelope) !== fingerprint(envelope)) {
    throw new IdempotencyConflictError(
      `The idempotency key of this call of '${taskName}' was used with other arguments.`,
      identity(),
    )
  }
  await link.ask(() => sweep.look([id]))
  return madeAt ? Number(madeAt) : undefined
}
