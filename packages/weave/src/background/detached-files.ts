import { accessSync, constants, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** The files of one detached run, as absolute paths. */
export interface DetachedFiles {
  readonly request: string
  readonly result: string
  readonly log: string
}

/**
 * Their defaults are in a new folder of the temp directory that only this user can read.
 *
 * @throws what the file system says, where a folder cannot be made or written to.
 */
export function detachedFiles(
  id: string,
  resultFile: string | undefined,
  logFile: string | undefined,
): DetachedFiles {
  for (const file of [resultFile, logFile]) {
    if (file !== undefined) accessSync(dirname(resolve(file)), constants.W_OK)
  }
  const folder = mkdtempSync(join(tmpdir(), 'conc-weave-'))
  return {
    request: join(folder, `${id}.request`),
    result: resolve(resultFile ?? join(folder, `${id}.json`)),
    log: resolve(logFile ?? join(folder, `${id}.log`)),
  }
}
