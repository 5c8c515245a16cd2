import { InvalidOptionError, isTask, type Task } from '@conc/core'
import {
  checkDuration,
  checkLimit,
  checkObject,
  checkPositiveInteger,
  checkText,
} from '@conc/core/internal'
import { BaseTaskPool } from '../../base-task-pool.js'
import { checkFunction } from '../../pool/checks.js'
import type { NamedFunction } from '../command-table/value-types.js'

/** A function as commands may name it. */
export type AnyFunction = (...args: never[]) => unknown

/** Options of every control server. */
export interface ControlServerOptions {
  /** What clients have to know. Needed, with at least 16 characters, where others than this machine can connect. */
  readonly token?: string
  /** What commands may name, by key or task name. Default: nothing. */
  readonly functions?: Readonly<Record<string, AnyFunction>> | readonly Task<never, unknown>[]
  /** Clients at a time. Default 32. */
  readonly maxSessions?: number
  /** Length of a line. Default 1 MiB. */
  readonly maxLineBytes?: number
  /** Time for a client's first line. Default 5000. */
  readonly handshakeTimeoutMs?: number
}

/** The options with their defaults. */
export interface ServerSettings {
  readonly token: string | undefined
  readonly functions: ReadonlyMap<string, NamedFunction>
  readonly maxSessions: number
  readonly maxLineBytes: number
  readonly handshakeTimeoutMs: number
}

/** Options of every control server. */
export const controlKeys = [
  'token',
  'functions',
  'maxSessions',
  'maxLineBytes',
  'handshakeTimeoutMs',
] as const

/** @throws {InvalidOptionError} */
export function serverSettings(pool: unknown, options: ControlServerOptions): ServerSettings {
  if (!(pool instanceof BaseTaskPool)) throw new InvalidOptionError('pool', 'a task pool', pool)
  checkObject('options', options)
  const { token, maxSessions = 32, maxLineBytes = 2 ** 20, handshakeTimeoutMs = 5000 } = options
  checkText('token', token)
  checkLimit('maxSessions', maxSessions)
  checkPositiveInteger('maxLineBytes', maxLineBytes)
  checkDuration('handshakeTimeoutMs', handshakeTimeoutMs)
  const functions = functionTable(options.functions)
  return { token, functions, maxSessions, maxLineBytes, handshakeTimeoutMs }
}

/** A host that only this machine reaches. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** @throws {InvalidOptionError} others than this machine can connect, and there is no token to speak of. */
export function checkExposure(host: string, token: string | undefined): void {
  if (isLoopback(host) || (token !== undefined && token.length >= 16)) return
  // Not shown: it may be a token that is merely too short.
  const given = token === undefined ? undefined : `${token.length} characters`
  throw new InvalidOptionError('token', `at least 16 characters for host '${host}'`, given)
}

function functionTable(
  functions: ControlServerOptions['functions'] = {},
): ReadonlyMap<string, NamedFunction> {
  if (Array.isArray(functions)) return new Map(functions.map(taskEntry))
  checkObject('functions', functions)
  for (const [name, fn] of Object.entries(functions)) checkFunction(`functions.${name}`, fn)
  return new Map(Object.entries(functions as Record<string, AnyFunction>))
}

function taskEntry(task: unknown): [string, NamedFunction] {
  if (!isTask(task)) {
    throw new InvalidOptionError('functions', 'an array of declared tasks, or an object', task)
  }
  return [task.name, task as unknown as NamedFunction]
}
