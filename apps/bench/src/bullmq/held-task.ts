import { currentTask, type Task, task } from '@conc/core'
import { builtFile } from '../harness/built-file.js'

/** What the body of `holdTask` tells the process that forked its own. */
export type HeldNews = 'begun' | { readonly abortedAtNs: number }

/** Runs until it is cancelled. */
export const holdTask: Task<[], Promise<void>> = task('bench/hold', hold, {
  module: builtFile(import.meta.url, 'held-task.js'),
})

function hold(): Promise<void> {
  return new Promise((resolve) => {
    currentTask()?.signal.addEventListener('abort', () => {
      tell({ abortedAtNs: nowNs() })
      resolve()
    })
    tell('begun')
  })
}

/** By the clock that all processes of a machine share. */
export function nowNs(): number {
  return Number(process.hrtime.bigint())
}

function tell(news: HeldNews): void {
  process.send?.(news)
}
