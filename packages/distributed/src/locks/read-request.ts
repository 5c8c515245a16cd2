import { decode } from '@conc/wire'
import { LockError } from '../errors.js'
import type { LockRequest } from './lock-request.js'

const kinds: readonly unknown[] = ['lock', 'read', 'write', 'semaphore']
const actions: readonly unknown[] = ['set', 'clear', 'isSet']
/** A namespace and a name, each of the grammar of task names. */
const names = /^[A-Za-z0-9_.\-/]{1,257}$/

/** The request in bytes that a stranger may have sent. @throws {LockError} they are none. */
export function readLockRequest(bytes: Uint8Array): LockRequest {
  const request = decode(bytes, { root: 'request' }) as LockRequest | null | undefined
  if (request && isRequest(request)) return request
  throw new LockError('What was asked of the locks cannot be read.')
}

function isRequest(request: LockRequest): boolean {
  switch (request.op) {
    case 'acquire': {
      const { kind, name, amount, permits, isTry, delegate } = request
      return (
        kinds.includes(kind) &&
        isName(name) &&
        areFlags(isTry, delegate) &&
        areCounts(amount, permits)
      )
    }
    case 'release':
    case 'downgrade':
      return typeof request.token === 'number'
    case 'event':
      return isName(request.name) && actions.includes(request.action)
    case 'eventWait':
      return isName(request.name)
    case 'barrierWait':
    case 'barrierReset':
      return isName(request.name) && areCounts(request.parties)
    case 'inspect':
      return typeof request.namespace === 'string'
    case 'leave':
    case 'renew':
      return true
    default:
      return false
  }
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && names.test(value)
}

function areFlags(...values: unknown[]): boolean {
  return values.every((value) => typeof value === 'boolean')
}

function areCounts(...values: unknown[]): boolean {
  return values.every((value) => Number.isSafeInteger(value) && (value as number) >= 1)
}
