import { withExecutor } from '@conc/core'
import { assertNotImporting, checkFunction, checkObject } from '@conc/core/internal'
import { withLocks } from '../locks/locks.js'
import { type ConnectOptions, connectSettings } from './connect-options.js'
import { OpenSession } from './open-session.js'
import type { Session } from './session.js'

/**
 * Connects to an executor behind a port.
 *
 * @returns the session, open; with `lazy` at once. Rejects with `ConnectionLostError`, `AuthenticationError` or
 * `VersionMismatchError`.
 * @throws {InvalidOptionError} at once, for a wrong option.
 * @example
 * await using session = await connect({ port: 5050, authkey: process.env.POOL_KEY })
 * console.log(await session.ping(), session.tasks)
 */
export function connect(options: ConnectOptions): Promise<Session> {
  assertNotImporting('A session was opened')
  return open(new OpenSession(connectSettings(options)))
}

/**
 * Runs `fn` with a session as the executor that task calls use. A session that it opened is closed at the end: calls in
 * flight may finish within `shutdownTimeoutMs`, and are cancelled at once where `fn` threw.
 *
 * @param target a session, which stays open, or the options for one.
 * @returns what `fn` returns; rejects with its error, after the end of the session.
 * @example
 * await withSession({ port: 5050 }, async () => console.log(await resize('a.png', 640)))
 */
export function withSession<T>(
  target: ConnectOptions | Session,
  fn: (session: Session) => T,
): Promise<Awaited<T>> {
  checkFunction('fn', fn)
  checkObject('target', target)
  return 'submit' in target ? inSession(target, fn) : inNewSession(connect(target), fn)
}

async function inNewSession<T>(
  opening: Promise<Session>,
  fn: (session: Session) => T,
): Promise<Awaited<T>> {
  const session = await opening
  try {
    const value = await inSession(session, fn)
    await session[Symbol.asyncDispose]()
    return value
  } catch (error) {
    await session.close({ pending: 'reject' })
    throw error
  }
}

/** With the session as the ambient executor, and its locks as those that `locks()` gives. */
async function inSession<T>(session: Session, fn: (session: Session) => T): Promise<Awaited<T>> {
  return await withLocks(session, () => withExecutor(session, () => fn(session)))
}

async function open(session: OpenSession): Promise<Session> {
  await session.start()
  return session
}
