import type { ConnectOptions, Session } from '@conc/distributed'
import { type ConnectionValues, connectOptionsOf } from '../options/connection-options.js'
import type { CommandCall } from '../program/command-spec.js'
import { openSession } from './open-session.js'

/** Connects to the pool that the options mean, and closes the session in the end. */
export async function withPoolSession(
  { path, options, terminal }: CommandCall<ConnectionValues>,
  fn: (session: Session, options: ConnectOptions) => Promise<number>,
): Promise<number> {
  const target = await connectOptionsOf(path, options, terminal)
  const session = await openSession(target)
  try {
    return await fn(session, target)
  } finally {
    await session.close({ pending: 'reject' })
  }
}
