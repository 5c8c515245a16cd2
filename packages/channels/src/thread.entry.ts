import { parentPort } from 'node:worker_threads'
import { bootThread } from '@conc/core/internal'
import { CoroutineRun } from './inside/coroutine-run.js'
import { noteResources } from './inside/resources.js'
import type { StartMessage, ThreadMessage } from './messages.js'
import { openEnds } from './open-ends.js'

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
  run = new CoroutineRun(message)
  void run.start()
})

const report = await bootThread({ role: 'thread of a coroutine', modules: [] })
await noteResources()
parentPort?.postMessage({ type: 'ready', report } satisfies ThreadMessage)
