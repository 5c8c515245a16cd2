import { move, type Task, task } from '@conc/core'
import { builtFile } from './built-file.js'
import { add, spin, stamp } from './work.js'

const module = builtFile('tasks.js')

export const addTask: Task<[a: number, b: number], number> = task('bench/add', add, { module })
export const spinTask: Task<[seed: number], number> = task('bench/spin', spin, { module })
export const stampTask: Task<[bytes: Uint8Array<ArrayBuffer>], Uint8Array<ArrayBuffer>> = task(
  'bench/stamp',
  (bytes: Uint8Array<ArrayBuffer>) => move(stamp(bytes)),
  { module },
)
/** Calls `add` so many times, one after the other, from its thread. */
export const nestTask: Task<[times: number], Promise<number>> = task(
  'bench/nest',
  async (times: number) => {
    let sum = 0
    for (let i = 0; i < times; i++) sum = await addTask(sum, 1)
    return sum
  },
  { module },
)
export const countTask: Task<[items: number], AsyncGenerator<number>> = task(
  'bench/count',
  async function* (items: number) {
    for (let i = 0; i < items; i++) yield i
  },
  { module },
)
