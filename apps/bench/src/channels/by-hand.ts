import { receiveMessageOnPort, Worker } from 'node:worker_threads'
import { builtFile } from '../harness/built-file.js'
import type { Job } from './by-hand.entry.js'
import type { Point } from './items.js'

/** A thread that does one job for us over bare ports, with no flow control. */
export function handThread(): Worker {
  const worker = new Worker(builtFile(import.meta.url, 'by-hand.entry.js'))
  worker.unref()
  return worker
}

/** Calls `each` with so many messages. */
export function messagesOf<T>(
  worker: Worker,
  count: number,
  each: (message: T) => void,
): Promise<void> {
  return new Promise((resolve) => {
    let got = 0
    const listener = (message: T): void => {
      each(message)
      if (++got < count) return
      worker.off('message', listener)
      worker.unref()
      resolve()
    }
    worker.on('message', listener)
    worker.ref()
  })
}

/** Messages by a port of their own, and a counter that the reader blocks on. */
export class BlockingPorts {
  readonly #channel = new MessageChannel()
  readonly #posted = new Int32Array(new SharedArrayBuffer(4))

  constructor(worker: Worker) {
    const port = this.#channel.port2 as never
    const job: Job = { job: 'posts', port, posted: this.#posted }
    worker.postMessage(job, [port])
    this.#port.unref()
  }

  *take(worker: Worker, count: number): Generator<Point> {
    worker.postMessage({ job: 'post', count } satisfies Job)
    for (let got = 0; got < count; ) {
      const posted = Atomics.load(this.#posted, 0)
      const received = receiveMessageOnPort(this.#port)
      if (received === undefined) Atomics.wait(this.#posted, 0, posted)
      else {
        got++
        yield received.message as Point
      }
    }
  }

  get #port(): import('node:worker_threads').MessagePort {
    return this.#channel.port1 as never
  }
}
