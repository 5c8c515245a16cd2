import { existsSync } from 'node:fs'
import { lstat, mkdir } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { ConcError } from '@conc/core'

/** Where the running pools of this user are listed, unless somebody says another folder. */
export function defaultFolder(): string {
  const { XDG_RUNTIME_DIR: runtime } = process.env
  return runtime
    ? join(runtime, 'conc', 'pools')
    : join(tmpdir(), `conc-${userInfo().uid}`, 'pools')
}

/**
 * Makes the folder where it is missing, for this user alone. In a temporary folder others may have been there first, so
 * the folder around it is looked at as well.
 *
 * @throws {ConcError} a link, or somebody else's. @throws what the system says.
 */
export async function openFolder(folder: string, isDefault: boolean): Promise<void> {
  await makeFolder(folder)
  await checkOwn(folder)
  if (isDefault && !process.env.XDG_RUNTIME_DIR) await checkOwn(join(folder, '..'))
}

/** One by one: `recursive` of Node's own never ends where nothing can be made, as under `/proc`. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    const parent = dirname(folder)
    if (code !== 'ENOENT' || parent === folder || existsSync(parent)) throw error
    await makeFolder(parent)
    await makeFolder(folder)
  }
}

/** @throws {ConcError} it is not this user's own folder. */
export async function checkOwn(folder: string): Promise<void> {
  const entry = await lstat(folder)
  const isOwn = entry.isDirectory() && (entry.uid === userInfo().uid || userInfo().uid === -1)
  if (isOwn) return
  const what = entry.isSymbolicLink() ? 'a link' : "not this user's folder"
  throw new ConcError(`The registry of pools at ${folder} is ${what}.`, {
    code: 'CONC_POOL_REGISTRY',
  })
}
