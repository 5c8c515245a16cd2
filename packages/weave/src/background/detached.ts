import { closeSync, openSync } from 'node:fs'
import { processBirth } from '@conc/core/internal'
import type { Checked } from './background-options.js'
import { detachedFiles } from './detached-files.js'
import { portableCallback } from './portable.js'
import { ProcessLink } from './process-link.js'
import { type RunRecord, replaceFile, writeRecord } from './record.js'
import { type RemoteInit, RemoteRunner } from './remote-runner.js'
import { type Request, requestBytes } from './request.js'

/** Runs a weave in a process with a session of its own, which reports in files and outlives this one. */
export function detachedRunner(
  request: Request,
  { resultFile, logFile, onDone }: Checked,
  common: Omit<RemoteInit, 'link' | 'isDetached' | 'resultFile' | 'logFile'>,
): RemoteRunner {
  const callback = portableCallback(onDone)
  const files = detachedFiles(request.id, resultFile, logFile)
  const detached = { resultFile: files.result, ...(callback && { onDone: callback }) }
  const bytes = requestBytes({ ...request, detached })
  const log = openSync(files.log, 'a', 0o600)
  const link = new ProcessLink({
    args: [files.request],
    stdio: ['ignore', log, log, 'ipc'],
    isDetached: true,
    opened(opened) {
      closeSync(log)
      if (opened.pid === undefined) return
      writeRecord(files.result, firstRecord(request, opened.pid))
      // Last of all: the process waits for it, and from here on needs nobody.
      replaceFile(files.request, bytes)
      opened.post({ type: 'go' })
    },
  })
  return new RemoteRunner({
    ...common,
    link,
    isDetached: true,
    resultFile: files.result,
    logFile: files.log,
  })
}

function firstRecord({ id, weave, askedAt }: Request, pid: number): RunRecord {
  const birth = processBirth(pid)
  return {
    version: 1,
    id,
    weave,
    pid,
    ...(birth !== undefined && { birth }),
    status: 'starting',
    startedAt: new Date(askedAt).toISOString(),
    tasks: {},
  }
}
