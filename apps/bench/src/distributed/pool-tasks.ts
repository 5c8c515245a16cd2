import { type Task, task } from '@conc/core'

// Workers cannot run the TypeScript that tests import.
const module = new URL(
  'pool-tasks.js',
  import.meta.url.replace(/\/src\/distributed\/[^/]*$/, '/dist/distributed/'),
)

export const addTask: Task<[one: number, other: number], number> = task(
  'bench/process-add',
  (one: number, other: number) => one + other,
  { module },
)
/** Calls `add` so many times, one after the other, from its process. */
export const nestTask: Task<[times: number], Promise<number>> = task(
  'bench/process-nest',
  async (times: number) => {
    let sum = 0
    for (let i = 0; i < times; i++) sum = await addTask(sum, 1)
    return sum
  },
  { module },
)

export const countTask: Task<[upTo: number], AsyncGenerator<number>> = task(
  'bench/process-count',
  async function* (upTo: number) {
    for (let number = 0; number < upTo; number++) yield number
  },
  { module },
)
