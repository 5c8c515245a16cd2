import { createHash } from 'node:crypto'
import { createReadStream, type Dirent } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { currentTask, task } from '@conc/core'
import { type Problem, problemAt } from './problem.js'

/** Every file of one package. Plain data: it may come from another thread, process or machine. */
export interface PackageContents {
  readonly folder: string
  readonly bytes: number
  /** One digest for all files, paths included: the same in every copy of the package. */
  readonly sha256: string
  readonly files: readonly HashedFile[]
  readonly unreadable: readonly Problem[]
}

export interface HashedFile {
  /** From the package's folder, with `/`. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  /** Hard links of one file, which take the disk only once, share it. */
  readonly inode: string
}

/**
 * Reads, measures and hashes the files of the package in `folder`, one after another.
 * A declared task in a module of its own: that is all a worker elsewhere needs to run it.
 */
export const hashPackage = task(
  'audit/hash-package',
  async (folder: string): Promise<PackageContents> => {
    const files: HashedFile[] = []
    const unreadable: Problem[] = []
    for await (const [path, entry] of entriesOf(folder, unreadable)) {
      try {
        const file = await hashEntry(folder, path, entry)
        if (file !== undefined) files.push(file)
      } catch (error) {
        stopIfCancelled()
        unreadable.push(problemAt(join(folder, path), error))
      }
    }
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    return { folder, bytes, sha256: digestOf(files), files, unreadable }
  },
  { idempotent: true },
)

/** All that is no folder, in a fixed order; packages nested in this one are audited as their own. */
async function* entriesOf(
  folder: string,
  unreadable: Problem[],
  inside = '',
): AsyncGenerator<[path: string, entry: Dirent]> {
  for (const entry of await entriesIn(join(folder, inside), unreadable)) {
    const path = inside === '' ? entry.name : `${inside}/${entry.name}`
    if (!entry.isDirectory()) yield [path, entry]
    else if (path !== 'node_modules') yield* entriesOf(folder, unreadable, path)
  }
}

async function entriesIn(folder: string, unreadable: Problem[]): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    unreadable.push(problemAt(folder, error))
    return []
  }
}

async function hashEntry(
  folder: string,
  path: string,
  entry: Dirent,
): Promise<HashedFile | undefined> {
  const absolute = join(folder, path)
  if (entry.isFile()) return await hashFile(absolute, path)
  // What a link leads to is counted where it really is; a link that leads nowhere rejects here.
  if (entry.isSymbolicLink()) await stat(absolute)
  // Opening a pipe would wait for someone to write to it, for ever.
  else throw new Error('not a regular file')
  return undefined
}

async function hashFile(absolute: string, path: string): Promise<HashedFile> {
  const { dev, ino } = await lstat(absolute, { bigint: true })
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(absolute) as AsyncIterable<Buffer>) {
    stopIfCancelled()
    hash.update(chunk)
    bytes += chunk.length
  }
  return { path, bytes, sha256: hash.digest('hex'), inode: `${dev}:${ino}` }
}

/** On any executor: the context knows the call that this is part of. */
function stopIfCancelled(): void {
  currentTask()?.signal.throwIfAborted()
}

function digestOf(files: readonly HashedFile[]): string {
  const hash = createHash('sha256')
  for (const { path, sha256 } of files) hash.update(`${sha256} ${path}\n`)
  return hash.digest('hex')
}
