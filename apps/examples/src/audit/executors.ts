import { type Executor, inline } from '@conc/core'
import { Pool } from '@conc/pool'
import { ThreadExecutor } from '@conc/threads'

/** Where the hashing can run: one line for each kind of executor, and nothing else in the program changes. */
export const executors = {
  inline: () => inline(),
  pool: (concurrency) => new Pool({ size: concurrency }),
  threads: (concurrency) => new ThreadExecutor({ maxThreads: concurrency }),
} satisfies Readonly<Record<string, (concurrency: number) => Executor>>

export type ExecutorName = keyof typeof executors

export function isExecutorName(name: string): name is ExecutorName {
  return Object.hasOwn(executors, name)
}
