import { Worker } from 'node:worker_threads'

const everyMs = 500
/** For modules that work by themselves, without a call. */
const latestMs = 1000

/** Looks after the parent from a thread of its own: a loop that is blocked does not see its link end. */
const watch = `
const { workerData } = require('node:worker_threads')
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL')
}, ${everyMs})
`

/**
 * Kills this process once its parent of now is no longer its parent. The thread begins with the first call, before a module is
 * imported for it: while a pool starts, it would take time from that. Holds nothing open.
 */
export class ParentWatch {
  readonly #parent = process.ppid
  #timer: NodeJS.Timeout | undefined = setTimeout(() => this.begin(), latestMs).unref()

  begin(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    new Worker(watch, {
      eval: true,
      workerData: this.#parent,
      execArgv: [],
      env: {},
      name: 'conc parent watch',
      resourceLimits: {
        maxOldGenerationSizeMb: 8,
        maxYoungGenerationSizeMb: 2,
        codeRangeSizeMb: 4,
      },
    }).unref()
  }
}
