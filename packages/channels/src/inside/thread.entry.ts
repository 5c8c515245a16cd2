import { parentPort, workerData } from 'node:worker_threads'
import { bootThread, captureConsole, setLogOutlet, ThreadOutlet } from '@conc/core/internal/base'
import type { StartMessage, ThreadData, ThreadMessage } from '../coroutine/messages.js'
import { LinkPort } from '../linked/link-port.js'
import { openEnds } from '../linked/open-ends.js'
import { CoroutineRun } from './coroutine-run.js'
import { noteResources } from './resources.js'

const { ready, port, isShared, logs }: ThreadData = workerData
const channelPort = new LinkPort(port)
let run: CoroutineRun | undefined

// What nobody catches ends the coroutine; without one, the thread.
process.on('uncaughtException', (error) => {
  if (run === undefined || run.isFinished) process.exit(1)
  run.fail(error)
})

process.on('exit', (code) => {
  for (const end of openEnds ?? []) end.goneHere(code)
})

parentPort?.on('message', (message: StartMessage) => {
  // Here, not only below: a start can come before the boot has been noted, and its body may exit at once.
  Atomics.store(ready, 0, 1)
  run = new CoroutineRun(message, channelPort, isShared)
  void run.start()
})

setLogOutlet(
  new ThreadOutlet('coroutine', logs, (record) =>
    parentPort?.postMessage({ type: 'said', record } satisfies ThreadMessage),
  ),
)
if (logs.capturesConsole) captureConsole()

await bootThread({ role: 'thread of a coroutine', modules: [] })
if (isShared) await noteResources()
Atomics.store(ready, 0, 1)
