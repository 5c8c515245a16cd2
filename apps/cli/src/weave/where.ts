import type { Executor } from '@conc/core'
import { type ConnectionValues, withoutPlace } from '../options/connection-options.js'
import { envWithoutKey } from '../options/key-options.js'
import type { Terminal } from '../terminal/terminal.js'
import type { Where } from './parse-where.js'

/** The executor there, ready for work; `undefined`: everything runs here. */
export async function executorAt(
  where: Where,
  values: ConnectionValues,
  terminal: Terminal,
): Promise<Executor | undefined> {
  switch (where.kind) {
    case 'inline':
      return undefined
    case 'threads': {
      const { ThreadExecutor } = await import('@conc/threads')
      return new ThreadExecutor(where.count === undefined ? {} : { maxThreads: where.count })
    }
    case 'processes': {
      const { createPool } = await import('@conc/distributed')
      return await createPool({
        concurrency: 1,
        console: 'capture',
        env: envWithoutKey(),
        ...(where.count !== undefined && { breadth: where.count }),
      })
    }
    case 'session': {
      const { openSession } = await import('../pool/open-session.js')
      const { host, port, isTls } = where
      const rest = await withoutPlace(isTls ? { ...values, tls: true } : values, terminal)
      return await openSession({ host, port, ...rest })
    }
    case 'queue': {
      const { queueExecutor } = await import('../bullmq/queue-executor.js')
      return queueExecutor(where.url, where.queue)
    }
  }
}
