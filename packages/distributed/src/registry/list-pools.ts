import { readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { InvalidOptionError } from '@conc/core'
import { checkKeys, checkObject } from '@conc/core/internal'
import { type LocalPool, readLive } from './local-pool.js'
import { checkOwn, defaultFolder } from './registry-folder.js'

/**
 * The pools of this user that run on this host and are listed (`register` of `serve`), by name. Entries of processes
 * that are gone are removed.
 *
 * @param options.folder where they are listed; default `$XDG_RUNTIME_DIR/conc/pools`, else in the temporary folder.
 * @example
 * for (const { name, port } of await listPools()) console.log(name, port)
 */
export function listPools(options: { readonly folder?: string } = {}): Promise<LocalPool[]> {
  checkObject('options', options)
  checkKeys('options', options, ['folder'])
  const { folder = defaultFolder() } = options
  if (typeof folder !== 'string' || folder === '') {
    throw new InvalidOptionError('folder', 'a path', folder)
  }
  return poolsIn(folder)
}

async function poolsIn(folder: string): Promise<LocalPool[]> {
  const pools: LocalPool[] = []
  for (const file of await recordsIn(folder)) {
    const path = join(folder, file)
    const record = await readLive(path)
    if (record === undefined) await unlink(path).catch(() => {})
    else pools.push(poolOf(record))
  }
  return pools.sort((one, other) => one.name.localeCompare(other.name))
}

async function recordsIn(folder: string): Promise<string[]> {
  try {
    const files = await readdir(folder)
    await checkOwn(folder)
    return files.filter((file) => file.endsWith('.json'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function poolOf({ processStart: _, ...pool }: LocalPool & { processStart: unknown }): LocalPool {
  return pool
}
