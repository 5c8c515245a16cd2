import { randomBytes } from 'node:crypto'
import { readFileSync, unlinkSync } from 'node:fs'
import { link, rename, unlink, writeFile } from 'node:fs/promises'
import { ConcError } from '@conc/core'
import { processBirth } from '@conc/core/internal'
import { type LocalPool, type PoolRecord, readLive, recordPath } from './local-pool.js'
import { defaultFolder, openFolder } from './registry-folder.js'

export interface RegisterOptions {
  readonly folder?: string | undefined
}

/**
 * Lists a pool of this process until it is taken off, or the process ends.
 *
 * @returns takes it off.
 * @throws {ConcError} `CONC_POOL_NAME`: a pool that runs has the name. @throws what the system says of the folder.
 */
export async function registerPool(
  pool: Omit<LocalPool, 'pid'>,
  { folder: given }: RegisterOptions = {},
): Promise<() => void> {
  const folder = given ?? defaultFolder()
  await openFolder(folder, given === undefined)
  const path = recordPath(folder, pool.name)
  const { pid } = process
  await put(path, { ...pool, pid, processStart: processBirth(pid) })
  const remove = (): void => {
    process.off('exit', remove)
    removeOwn(path)
  }
  process.once('exit', remove)
  return remove
}

/** Puts the record there at once or not at all; over one of a process that is gone, never over one that runs. */
async function put(path: string, record: PoolRecord): Promise<void> {
  const written = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(written, JSON.stringify(record), { mode: 0o600, flag: 'wx' })
  try {
    await link(written, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const other = await readLive(path)
    if (other !== undefined) throw nameTaken(other)
    await rename(written, path)
  } finally {
    await unlink(written).catch(() => {})
  }
}

function nameTaken({ name, pid, port }: PoolRecord): ConcError {
  return new ConcError(`A pool called '${name}' runs already: pid ${pid}, port ${port}.`, {
    code: 'CONC_POOL_NAME',
  })
}

/** Somebody may have taken the name over since. */
function removeOwn(path: string): void {
  try {
    const { pid } = JSON.parse(readFileSync(path, 'utf8')) as PoolRecord
    if (pid === process.pid) unlinkSync(path)
  } catch {
    // It is gone already, or not ours.
  }
}
