import { type ChildProcess, fork, type Serializable } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { builtFile } from '../harness/built-file.js'

/** Jobs at a time, of a worker whose bodies run on the event loop. */
export const concurrency = 50

export interface WorkerOrder {
  readonly kind: 'bare' | 'event-loop' | 'threads'
  readonly url: string
  readonly queue: string
}

/** A worker in a process of its own, as in production; it ends with this one. */
export async function startWorker(order: WorkerOrder): Promise<ChildProcess> {
  const entry = fileURLToPath(builtFile(import.meta.url, 'worker.entry.js'))
  const child = fork(entry, [JSON.stringify(order)], { execArgv: [] })
  const failed = once(child, 'exit').then(() => {
    throw new Error(`The worker of ${order.queue} ended before it was ready.`)
  })
  await Promise.race([once(child, 'message') as Promise<Serializable[]>, failed])
  failed.catch(() => {})
  child.unref()
  child.channel?.unref()
  return child
}
