import type { Redis } from 'ioredis'

/** What ioredis keeps of commands. */
interface Kept {
  /** Those that were on their way when a connection that was there broke, to be sent again over the next one. */
  readonly prevCommandQueue?: Commands | null
  readonly commandQueue?: Commands
}

interface Commands {
  shift(): Sent | undefined
  toArray(): Sent[]
}

interface Sent {
  readonly command: { readonly promise: Promise<unknown>; reject(error: Error): void }
}

/**
 * Makes what was on its way when a connection broke reject when the next one breaks before it is ready, as what came later
 * does: ioredis would keep it until one is.
 */
export function dontKeepUnanswered(redis: Redis): void {
  redis.on('close', () => {
    const { prevCommandQueue, commandQueue } = redis as unknown as Kept
    // The one that has broken now was there: the next one may still bring it to Redis.
    if (prevCommandQueue !== commandQueue) rejectUnanswered(redis)
  })
}

/** Ends a connection for good. What was sent over it and not answered rejects. */
export function endForGood(redis: Redis): void {
  // Between two tries ioredis stops without a word to the commands that wait for the next one.
  if (redis.status === 'reconnecting') redis.connect().catch(() => {})
  for (const sent of (redis as unknown as Kept).commandQueue?.toArray() ?? []) letReject(sent)
  redis.disconnect()
  rejectUnanswered(redis)
}

function rejectUnanswered(redis: Redis): void {
  const { prevCommandQueue } = redis as unknown as Kept
  for (;;) {
    const sent = prevCommandQueue?.shift()
    if (sent === undefined) return
    letReject(sent)
    sent.command.reject(new Error('Connection is closed.'))
  }
}

/** ioredis subscribes anew by itself, and does not look how that goes: a rejection of that would end the process. */
function letReject({ command }: Sent): void {
  command.promise.catch(() => {})
}
