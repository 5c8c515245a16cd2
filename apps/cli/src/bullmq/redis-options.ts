import { connect } from 'node:net'
import { nonEmpty } from '../options/parsers.js'
import { CommandError, usageError } from '../program/command-error.js'
import type { OptionSpec } from '../program/command-spec.js'
import { exitCode } from '../program/exit-code.js'

export interface RedisValues {
  readonly redisUrl?: string
  readonly queue?: string
  readonly prefix?: string
}

export const redisOptions: readonly OptionSpec[] = [
  {
    flags: '--redis-url <url>',
    summary: 'redis:// or rediss://',
    fallback: 'REDIS_URL, else local',
    parse: nonEmpty,
  },
  { flags: '--queue <queue>', summary: 'its name', fallback: 'default', parse: nonEmpty },
  { flags: '--prefix <prefix>', summary: 'of all keys', fallback: 'conc', parse: nonEmpty },
]

/** The queue that the options mean. @throws {CommandError} */
export function queueAddress(values: RedisValues): {
  url: string
  queue?: string
  prefix?: string
} {
  const url = values.redisUrl ?? (process.env.REDIS_URL || 'redis://127.0.0.1:6379')
  const { queue, prefix } = values
  if (!/^rediss?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw usageError(`--redis-url expects redis://host:port or rediss://…, got '${hidden(url)}'.`)
  }
  return { url, ...(queue !== undefined && { queue }), ...(prefix !== undefined && { prefix }) }
}

function hidden(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//…@')
}

const answersWithinMs = 5000

/** Whether anybody listens there, before something waits for a connection. @throws {CommandError} nobody does. */
export async function checkReachable(text: string): Promise<void> {
  const { hostname, port } = new URL(text)
  const host = hostname.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1'
  const place = `${host}:${port || 6379}`
  const socket = connect({ host, port: Number(port || 6379), timeout: answersWithinMs })
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
      socket.once('timeout', () => reject(new Error(`${place} does not answer`)))
    })
  } catch (error) {
    const isNobody = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED'
    const why = isNobody ? `nothing listens on ${place}.` : `${(error as Error).message}.`
    throw new CommandError(why, {
      remedy: 'Say where Redis is with --redis-url or REDIS_URL.',
      code: exitCode.unreachable,
      cause: error,
    })
  } finally {
    socket.destroy()
  }
}
