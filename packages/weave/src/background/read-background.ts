import { readFile } from 'node:fs/promises'
import { ConcError, InvalidOptionError } from '@conc/core'
import { isAlive } from '@conc/core/internal'
import type { BackgroundReport } from './background-report.js'
import { type RunRecord, reportFrom } from './record.js'

/**
 * What a detached run says in its result file: how it stands, how it ended, the outcomes of its tasks. Its status is
 * `lost` when the process is gone without having said how the run ended. For files of this machine that you trust.
 *
 * @returns rejects with a `ConcError`, code `CONC_WEAVE_RECORD`, where the file is no record of a run, and with what reading it
 * throws.
 * @throws {InvalidOptionError} at once, `resultFile` is no path.
 * @example
 * const report = await readBackground(handle.resultFile)
 * if (report.status === 'fulfilled') console.log(report.tasks.rows.value)
 */
export function readBackground(resultFile: string): Promise<BackgroundReport> {
  if (typeof resultFile !== 'string' || resultFile === '') {
    throw new InvalidOptionError('resultFile', 'a path', resultFile)
  }
  return reportOf(resultFile)
}

async function reportOf(resultFile: string): Promise<BackgroundReport> {
  const record = await read(resultFile)
  if (!isOpen(record) || isAlive(record.pid, record.birth)) return reportFrom(record)
  // It may have ended between the two looks.
  const last = await read(resultFile)
  return reportFrom(isOpen(last) ? { ...last, status: 'lost' } : last)
}

function isOpen({ status }: RunRecord): boolean {
  return status === 'starting' || status === 'running'
}

async function read(file: string): Promise<RunRecord> {
  const text = await readFile(file, 'utf8')
  try {
    const record = JSON.parse(text) as Partial<RunRecord> | null
    if (record?.version === 1 && record.status && record.tasks) return record as RunRecord
  } catch (cause) {
    throw unreadable(file, cause)
  }
  throw unreadable(file)
}

function unreadable(file: string, cause?: unknown): ConcError {
  return new ConcError(`${file} is not the result file of a background run.`, {
    code: 'CONC_WEAVE_RECORD',
    ...(cause !== undefined && { cause }),
  })
}
