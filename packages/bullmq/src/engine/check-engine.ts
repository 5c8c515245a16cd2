import { channels } from '@conc/core'
import type { Redis } from 'ioredis'
import { EngineError } from '../errors.js'

/** What was found at connecting. */
export interface EngineFacts {
  /** What has to be added to this process's clock to get Redis's, ms. */
  readonly clockOffsetMs: number
}

const oldest = [6, 2] as const

/**
 * Looks whether jobs are safe in this Redis, and how its clock differs from ours.
 *
 * @throws {EngineError} it is too old, or may evict keys.
 */
export async function checkEngine(redis: Redis, executor: string): Promise<EngineFacts> {
  const asked = Date.now()
  const [[seconds, micros], info] = await Promise.all([redis.time(), redis.info()])
  const answered = Date.now()
  const facts = readInfo(info)
  checkVersion(facts, executor)
  checkEviction(facts, executor)
  warnOf(facts, redis, executor)
  const serverMs = Number(seconds) * 1000 + Number(micros) / 1000
  return { clockOffsetMs: serverMs - (asked + answered) / 2 }
}

function readInfo(info: string): Map<string, string> {
  const lines = info.split(/\r?\n/).filter((line) => line.includes(':'))
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )
}

function checkVersion(facts: Map<string, string>, executor: string): void {
  // Valkey says which Redis it is like.
  const version = facts.get('redis_version') ?? '0.0'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return
  throw new EngineError(
    `Redis ${version} is too old for '${executor}': use Redis 6.2 or newer, or Valkey.`,
    { executor },
  )
}

function checkEviction(facts: Map<string, string>, executor: string): void {
  const policy = facts.get('maxmemory_policy') ?? 'noeviction'
  if (policy === 'noeviction') return
  throw new EngineError(
    `This Redis drops keys when its memory is full (maxmemory-policy ${policy}), and with them jobs of '${executor}'. Set maxmemory-policy noeviction.`,
    { executor },
  )
}

function warnOf(facts: Map<string, string>, { options }: Redis, executor: string): void {
  if (!channels.log.hasSubscribers) return
  const { host = '127.0.0.1', tls, password } = options
  const isRemote = !/^(localhost|127\.|::1$)/.test(host)
  if (facts.get('aof_enabled') === '0') {
    warn(executor, 'appendonly is off: jobs are lost when Redis crashes. Set appendonly yes.')
  }
  if (isRemote && (!tls || !password)) {
    warn(
      executor,
      `Redis on ${host} is used without ${tls ? 'a password' : 'TLS'}: payloads travel in clear.`,
    )
  }
}

function warn(executor: string, message: string): void {
  channels.log.publish({ ts: Date.now(), level: 'warn', pid: process.pid, pool: executor, message })
}
