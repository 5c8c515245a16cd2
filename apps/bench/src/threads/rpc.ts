import { Worker } from 'node:worker_threads'
import { builtFile } from './built-file.js'

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** One thread behind a bare port RPC. */
class RpcThread {
  readonly #worker = new Worker(builtFile('rpc.entry.js'))
  readonly #pending = new Map<number, Pending>()
  #lastId = 0

  constructor() {
    this.#worker.unref()
    this.#worker.on('message', ({ id, value, error }) => {
      const pending = this.#pending.get(id)
      this.#pending.delete(id)
      if (error === undefined) pending?.resolve(value)
      else pending?.reject(error)
      if (this.#pending.size === 0) this.#worker.unref()
    })
  }

  call(name: string, args: readonly unknown[], moved: readonly ArrayBuffer[]): Promise<unknown> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) this.#worker.ref()
      this.#pending.set(id, { resolve, reject })
      this.#worker.postMessage({ id, name, args }, moved)
    })
  }
}

/** Threads behind bare port RPCs, called in turn: the floor of the thread suite. */
export class Rpc {
  readonly #threads: readonly RpcThread[]
  #next = 0

  constructor(threads: number) {
    this.#threads = Array.from({ length: threads }, () => new RpcThread())
  }

  call(
    name: string,
    args: readonly unknown[],
    moved: readonly ArrayBuffer[] = [],
  ): Promise<unknown> {
    const thread = this.#threads[this.#next++ % this.#threads.length] as RpcThread
    return thread.call(name, args, moved)
  }
}
