import { LockError } from '../errors.js'
import { decodeMeta, encodeMeta } from '../protocol/meta.js'
import type { AcquireRequest, LockRequest } from './lock-request.js'

const kinds: readonly unknown[] = ['lock', 'read', 'write', 'semaphore']
const actions: readonly unknown[] = ['set', 'clear', 'isSet']
/** A namespace and a name, each of the grammar of task names. */
const names = /^[A-Za-z0-9_.\-/]{1,257}$/

const mostUsual = 1000

/** By name, what is asked for a lock that is taken as most are: those bytes are made once. */
const usual = new Map<string, Uint8Array>()

/** The request as the meta of a frame. */
export function encodeLockRequest(request: LockRequest): Uint8Array {
  if (!isUsual(request)) return encodeMeta({ ...request })
  const { name } = request
  const known = usual.get(name)
  if (known) return known
  const bytes = encodeMeta({ ...request })
  if (usual.size >= mostUsual) usual.clear()
  usual.set(name, bytes)
  return bytes
}

/** The request in a meta that a stranger may have sent. @throws {LockError} there is none. */
export function readLockRequest(meta: Uint8Array): LockRequest {
  const request = decodeMeta(meta) as LockRequest | undefined
  if (request && isRequest(request)) return request
  throw new LockError('What was asked of the locks cannot be read.')
}

function isUsual(request: LockRequest): request is AcquireRequest {
  return request.op === 'acquire' && request.kind === 'lock' && !request.isTry && !request.delegate
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
