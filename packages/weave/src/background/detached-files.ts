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
  const folder = mkdtempSync(join(tmpdir(), 'conc-weave-'))
  const result = resolve(resultFile ?? join(folder, `${id}.json`))
  const log = resolve(logFile ?? join(folder, `${id}.log`))
  for (const file of [result, log]) accessSync(dirname(file), constants.W_OK)
  return { request: join(folder, `${id}.request`), result, log }
}
