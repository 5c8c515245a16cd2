// A number in a file, added to by the workers of two pools: with a lock that both see, and without.
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main, type Task } from '@conc/core'
import { createPool, type WorkerPool } from '@conc/distributed'
import { addUnderLock, addWithoutLock } from './counter/tasks.js'

const tasksEach = 4
const times = 10

main(import.meta, async () => {
  // This pool has the locks, and listens so that others can use them.
  const authkey = randomBytes(32).toString('hex')
  await using one = await createPool({ breadth: 2, port: 0, authkey })
  const env = { ...process.env, LOCKS_PORT: `${one.server?.port}`, CONC_AUTHKEY: authkey }
  await using other = await createPool({ breadth: 2, env })

  const folder = await mkdtemp(join(tmpdir(), 'conc-counter-'))
  const file = join(folder, 'number')
  const wanted = 2 * tasksEach * times
  const under = await countedBy([one, other], addUnderLock, file)
  console.log(`under the lock: ${under} of ${wanted}`)
  const without = await countedBy([one, other], addWithoutLock, file)
  console.log(`without it: ${without} of ${wanted}, ${wanted - without} were lost`)
  await rm(folder, { recursive: true })
})

async function countedBy(
  pools: readonly WorkerPool[],
  add: Task<[string, number], Promise<void>>,
  file: string,
): Promise<number> {
  await writeFile(file, '0')
  const calls = pools.flatMap((pool) =>
    Array.from({ length: tasksEach }, () => pool.submit(add, [file, times])),
  )
  await Promise.all(calls)
  return Number(await readFile(file, 'utf8'))
}
