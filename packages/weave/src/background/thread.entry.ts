import { parentPort, workerData } from 'node:worker_threads'
import { decodeError } from '@conc/core'
import { captureConsole, setLogOutlet, ThreadOutlet } from '@conc/core/internal'
import type { Reporter } from './inside/reporter.js'
import { WorkerRun } from './inside/worker-run.js'
import type { FromWorker, ThreadData, ToWorker } from './messages.js'
import { requestFrom } from './request.js'

const tell = (message: FromWorker): void => parentPort?.postMessage(message)

const { request, logs }: ThreadData = workerData
setLogOutlet(new ThreadOutlet('weave', logs, (record) => tell({ type: 'said', record })))
if (logs.capturesConsole) captureConsole()

const reporter: Reporter = {
  started: () => tell({ type: 'started' }),
  report: (report) => tell({ type: 'report', report }),
  event: (event) => tell({ type: 'event', event }),
  ended: (ended) => tell({ type: 'ended', ended }),
}

const run = new WorkerRun(requestFrom(request), reporter)
parentPort?.on('message', (message: ToWorker) => {
  if (message.type === 'cancel') run.cancel(decodeError(message.reason))
  if (message.type === 'bye') parentPort?.unref()
})
// The run holds the thread while there is something that it can wait for.
parentPort?.unref()
// What a thread said last can be lost with it: it stays until that has arrived.
void run.run().then(() => parentPort?.ref())
