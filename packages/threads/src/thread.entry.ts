import { bootThread, captureConsole, type StartReport, setLogOutlet } from '@conc/core/internal'
import type { Boot } from './between/messages.js'
import { ThreadServer } from './inside/thread-server.js'

/** Runs in a thread, as the one task of its piscina: gets ready to serve calls on the port, and says so. */
export async function serve(boot: Boot): Promise<StartReport> {
  const server = new ThreadServer(boot)
  // Before any module is there, which may speak as it is imported.
  setLogOutlet(server.log)
  if (server.log.capturesConsole) captureConsole()
  const report = await bootThread({
    role: `thread of '${boot.executor}'`,
    modules: boot.modules,
  })
  if (!report.failure) server.listen()
  return report
}
