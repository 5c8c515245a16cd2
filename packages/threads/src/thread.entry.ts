import { bootThread, type StartReport } from '@conc/core/internal'
import type { Boot } from './between/messages.js'
import { ThreadServer } from './inside/thread-server.js'

/** Runs in a thread, as the one task of its piscina: gets ready to serve calls on the port, and says so. */
export async function serve(boot: Boot): Promise<StartReport> {
  const report = await bootThread({
    role: `thread of '${boot.executor}'`,
    modules: boot.modules,
  })
  if (!report.failure) new ThreadServer(boot).listen()
  return report
}
