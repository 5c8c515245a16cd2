import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { type Task, task } from '@conc/core'
import { locks, withSession } from '@conc/distributed'

/** Where the pool listens whose locks are used; set in the environment of the workers of the other one. */
const { LOCKS_PORT, CONC_AUTHKEY } = process.env

/** Adds to the number in `file`, one at a time and slowly, each time under the lock. */
export const addUnderLock: Task<[string, number], Promise<void>> = task(
  'counter/add-under-lock',
  async (file: string, times: number) => {
    if (LOCKS_PORT === undefined) return await addAll(file, times)
    // A worker's own locks are those of its pool: inside of a session they are the server's.
    const port = Number(LOCKS_PORT)
    await withSession({ port, authkey: CONC_AUTHKEY ?? '' }, () => addAll(file, times))
  },
)

/** The same for everybody, and what comes of it. */
export const addWithoutLock: Task<[string, number], Promise<void>> = task(
  'counter/add-without-lock',
  async (file: string, times: number) => {
    for (let time = 0; time < times; time++) await addOne(file)
  },
)

async function addAll(file: string, times: number): Promise<void> {
  const lock = locks('counter').lock('file')
  for (let time = 0; time < times; time++) await lock.use(() => addOne(file))
}

/** Reads, waits, writes: whoever else does so meanwhile is forgotten. */
async function addOne(file: string): Promise<void> {
  const before = Number(await readFile(file, 'utf8'))
  await setTimeout(1)
  await writeFile(file, `${before + 1}`)
}
