import { parentPort, workerData } from 'node:worker_threads'
import { bootThread } from '@conc/core/internal'
import type { ReadyFlag, StartMessage } from '../coroutine/messages.js'
import { openEnds } from '../linked/open-ends.js'
import { CoroutineRun } from './coroutine-run.js'
import { noteResources } from './resources.js'

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
  Atomics.store(workerData as ReadyFlag, 0, 1)
  run = new CoroutineRun(message)
  void run.start()
})

await bootThread({ role: 'thread of a coroutine', modules: [] })
await noteResources()
Atomics.store(workerData as ReadyFlag, 0, 1)
