import { Redis } from 'ioredis'

/** What ioredis keeps of commands. */
interface Kept {
  /** Those that were on their way when a connection that was there broke, to be sent again over the next one. */
  readonly prevCommandQueue?: Commands | null
  readonly commandQueue?: Commands
}

interface Commands {
  shift(): { readonly command: { reject(error: Error): void } } | undefined
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

/** What ioredis says by itself when a connection is back. */
const ownCommands: readonly string[] = ['subscribe', 'select']

/** It does not look how that goes: where the connection breaks again, or is closed, a rejection would end the process. */
export function letOwnCommandsFail(redis: Redis): void {
  redis.sendCommand = (command, stream) => {
    if (ownCommands.includes(command.name)) command.promise.catch(() => {})
    return Redis.prototype.sendCommand.call(redis, command, stream)
  }
}

/** Ends a connection for good. What was sent over it and not answered rejects. */
export function endForGood(redis: Redis): void {
  // Between two tries ioredis stops without a word to the commands that wait for the next one.
  if (redis.status === 'reconnecting') redis.connect().catch(() => {})
  redis.disconnect()
  rejectUnanswered(redis)
}

function rejectUnanswered(redis: Redis): void {
  const { prevCommandQueue } = redis as unknown as Kept
  for (;;) {
    const unanswered = prevCommandQueue?.shift()
    if (unanswered === undefined) return
    unanswered.command.reject(new Error('Connection is closed.'))
  }
}
