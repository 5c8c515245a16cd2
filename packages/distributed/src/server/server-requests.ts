import { AuthenticationError } from '@conc/core'
import { encode } from '@conc/wire'
import type { CloseReport } from '../close-report.js'
import type { PoolStats } from '../pool-stats.js'
import type { Frame } from '../protocol/frame.js'
import { frameType } from '../protocol/frame-types.js'
import { decodeMeta } from '../protocol/meta.js'
import type { ServerCloseOptions } from './pool-server.js'
import type { ServerSession } from './server-session.js'

/** The server as its requests see it. */
export interface RequestedServer {
  readonly executorName: string
  stats(): Promise<PoolStats>
  closeBy(by: CloseReport['by'], options: ServerCloseOptions): Promise<CloseReport>
}

/** Answers a request about the server itself: with a frame of its type and id, or with ERROR. Never rejects. */
export async function answerRequest(
  server: RequestedServer,
  session: ServerSession,
  frame: Frame,
): Promise<void> {
  try {
    await answer(server, session, frame)
  } catch (error) {
    // Of stats: the executor may have to ask somebody else for them.
    session.refuse(frame.id, error)
  }
}

async function answer(
  server: RequestedServer,
  session: ServerSession,
  frame: Frame,
): Promise<void> {
  const isStats = frame.type === frameType.stats
  const action = isStats ? 'stats' : 'stop'
  if (!(await session.isAllowed(action))) {
    const message = `This session may not ask for ${action}.`
    session.refuse(frame.id, new AuthenticationError(message, { executor: server.executorName }))
    return
  }
  if (!isStats) {
    session.waitsForEnd(frame.id)
    await server.closeBy('client', stopOptions(frame))
    return
  }
  const { chunks } = encode(await server.stats(), { root: 'stats' })
  session.send(frameType.stats, frame.id, {}, chunks)
}

function stopOptions({ meta }: Frame): ServerCloseOptions {
  const { pending, timeoutMs, graceMs } = decodeMeta(meta) ?? {}
  return {
    pending: pending === 'reject' ? 'reject' : 'run',
    ...(isSpan(timeoutMs) && { timeoutMs }),
    ...(isSpan(graceMs) && { graceMs }),
  }
}

function isSpan(value: unknown): value is number {
  return typeof value === 'number' && value >= 0
}
