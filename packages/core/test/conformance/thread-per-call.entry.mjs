import { parentPort, workerData } from 'node:worker_threads'
import { decodeError, encodeError, inline, SerializationError } from '@conc/core'
import {
  Cancellation,
  findUncloneable,
  loadTask,
  RunningTask,
  restoredFrame,
  runInFrame,
  runTask,
} from '@conc/core/internal'

const { name, module, args, travel, ...call } = workerData
const cancellation = new Cancellation()
const context = new RunningTask({
  ...call,
  name,
  cancellation,
  onProgress: (progress) => parentPort.postMessage({ progress }),
})
parentPort.on('message', (reason) => cancellation.cancel(decodeError(reason)))
parentPort.postMessage({ started: true })
parentPort.postMessage(await answer())
parentPort.close()

async function answer() {
  try {
    const definition = await loadTask(name, module)
    const around = { executor: inline({ name: call.executor }) }
    const value = await runInFrame(restoredFrame(travel), () =>
      runTask(definition, args, context, around),
    )
    const found = findUncloneable(value, 'result')
    if (found === undefined) return { value }
    throw new SerializationError(`${found.path} is ${found.what}.`, { path: found.path })
  } catch (error) {
    return { error: encodeError(error) }
  }
}
