import { checkKeys, checkObject, checkPause, checkSignal, Timer } from '@conc/core/internal'
import { LockError } from '../errors.js'
import type { LockReply, LockRequest } from './lock-request.js'
import type { LockRoute } from './lock-route.js'

/** How long to wait for something. */
export interface Wait {
  readonly signal?: AbortSignal
  /** Milliseconds; default no limit. A `LockError` says that they are over. */
  readonly timeoutMs?: number
}

/** Asks the host, as long as the caller wants to wait. Whoever rejects holds nothing. */
export function ask(
  route: LockRoute,
  request: LockRequest,
  wait: Wait = {},
  owner: unknown = route.owner(),
): Promise<LockReply> {
  const { signal, timeoutMs } = wait
  if (signal === undefined && timeoutMs === undefined) return route.ask(request, owner).answer
  return askWithin(route, request, owner, wait)
}

async function askWithin(
  route: LockRoute,
  request: LockRequest,
  owner: unknown,
  { signal, timeoutMs }: Wait,
): Promise<LockReply> {
  signal?.throwIfAborted()
  const question = route.ask(request, owner)
  return await new Promise<LockReply>((resolve, reject) => {
    const giveUp = (reason: unknown): void => {
      question.giveUp()
      reject(reason)
      // A grant that was on its way goes to the next.
      question.answer.then((reply) => giveBack(route, request, reply, owner)).catch(() => {})
    }
    const aborted = (): void => giveUp(signal?.reason)
    const timer = timeoutMs === undefined ? undefined : timerOf(timeoutMs, request, giveUp)
    const over = (): void => {
      timer?.clear()
      signal?.removeEventListener('abort', aborted)
    }
    signal?.addEventListener('abort', aborted)
    question.answer.finally(over).then(resolve, reject)
  })
}

function timerOf(ms: number, request: LockRequest, then: (reason: unknown) => void): Timer {
  const what = 'name' in request ? `'${request.name}'` : 'the host'
  return new Timer(ms, () => then(new LockError(`Waited ${ms} ms for ${what} in vain.`)))
}

async function giveBack(
  route: LockRoute,
  request: LockRequest,
  reply: LockReply,
  owner: unknown,
): Promise<void> {
  if (request.op !== 'acquire' || typeof reply !== 'number') return
  await route.ask({ op: 'release', token: reply }, owner).answer
}

/**
 * @param further what the caller takes besides.
 * @throws {InvalidOptionError} an option is none.
 */
export function checkWait(wait: Wait, further: readonly string[] = []): void {
  checkObject('options', wait)
  checkKeys('options', wait, ['signal', 'timeoutMs', ...further])
  checkSignal(wait.signal)
  if (wait.timeoutMs !== undefined) checkPause('timeoutMs', wait.timeoutMs)
}
