import { Worker } from 'node:worker_threads'

const everyMs = 500

/** Looks after the parent from a thread of its own: a loop that is blocked does not see its link end. */
const watch = `
const { workerData } = require('node:worker_threads')
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL')
}, ${everyMs})
`

/** Kills this process once `parent` is no longer its parent. Holds nothing open. */
export function watchParent(parent: number): void {
  new Worker(watch, {
    eval: true,
    workerData: parent,
    execArgv: [],
    env: {},
    name: 'conc parent watch',
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, codeRangeSizeMb: 4 },
  }).unref()
}
