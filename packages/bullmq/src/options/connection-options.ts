import { InvalidOptionError } from '@conc/core'
import { checkName, checkObject, describedAs } from '@conc/core/internal'
import type { RedisOptions } from 'ioredis'

/** Where the queue is. Executors and workers of one queue say the same. */
export interface QueueAddress {
  /** `redis://host:port/db`, or `rediss://…` for TLS. This or `connection`. */
  readonly url?: string
  /** Options as ioredis takes them. This or `url`. */
  readonly connection?: RedisOptions
  /** Default `'default'`. BullMQ's name of it is `{conc-default}`, so that its keys share a slot of a cluster. */
  readonly queue?: string
  /** What all keys begin with; default `'conc'`. */
  readonly prefix?: string
}

export interface QueueSettings {
  readonly redis: RedisOptions
  readonly queue: string
  readonly prefix: string
}

/** @throws {InvalidOptionError} neither or both of `url` and `connection`, or a name outside the grammar. */
export function queueSettings(options: QueueAddress): QueueSettings {
  const { url, connection, queue = 'default', prefix = 'conc' } = options
  checkName('queue', queue)
  checkName('prefix', prefix)
  if ((url === undefined) === (connection === undefined)) {
    const isNone = url === undefined
    const expected = isNone
      ? 'a redis:// or rediss:// URL, or `connection` to be given'
      : 'left out where `connection` is given'
    throw new InvalidOptionError('url', expected, isNone ? url : describedAs('both'))
  }
  if (connection !== undefined) checkObject('connection', connection)
  return { queue, prefix, redis: connection ?? redisOptions(url as string) }
}

function redisOptions(text: string): RedisOptions {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'redis:' && url?.protocol !== 'rediss:') {
    throw new InvalidOptionError('url', 'a redis:// or rediss:// URL', withoutPassword(text))
  }
  const db = Number(url.pathname.slice(1) || 0)
  if (!Number.isInteger(db)) {
    throw new InvalidOptionError(
      'url',
      'a URL whose path is a database number',
      withoutPassword(text),
    )
  }
  return {
    host: url.hostname || '127.0.0.1',
    port: Number(url.port || 6379),
    ...(db !== 0 && { db }),
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
  }
}

/** What may be shown of a URL, well-formed or not. */
function withoutPassword(text: unknown): unknown {
  return typeof text === 'string' ? text.replace(/\/\/[^@/]*@/, '//…@') : text
}
