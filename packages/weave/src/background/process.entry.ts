import { existsSync, readFileSync, rmSync } from 'node:fs'
import { setLogOutlet } from '@conc/core/internal'
import { detachedReporter } from './inside/detached-reporter.js'
import { ParentChannel } from './inside/parent-channel.js'
import { ProcessLife } from './inside/process-life.js'
import { ProcessOutlet } from './inside/process-outlet.js'
import { RecordKeeper } from './inside/record-keeper.js'
import type { Reporter } from './inside/reporter.js'
import { WorkerRun } from './inside/worker-run.js'
import { type Request, requestFrom } from './request.js'

const parent = new ParentChannel()

/** The bytes of the request: in the file that the process was started with, or the first message. */
async function requestBytes(file: string | undefined): Promise<Uint8Array | undefined> {
  if (file === undefined) return await parent.request
  // It is written last of all, so until it is there this process says and does nothing.
  if (!existsSync(file)) await parent.go
  if (!existsSync(file)) return undefined
  const bytes = readFileSync(file)
  // Inputs may be secrets.
  rmSync(file)
  return bytes
}

function reporterOf(request: Request, life: ProcessLife): Reporter {
  const { detached } = request
  if (detached) {
    const record = new RecordKeeper(request, detached.resultFile)
    return detachedReporter(detached, life, record, parent)
  }
  return {
    started: () => parent.started(),
    report: (report) => parent.report(report),
    event: (event) => parent.event(event),
    async ended(ended) {
      life.exitCode = life.exitCodeOf(ended)
      await parent.ended(ended)
    },
  }
}

async function serve(file: string | undefined): Promise<void> {
  const bytes = await requestBytes(file)
  // Whoever asked is gone, and nothing has begun.
  if (bytes === undefined) process.exit(2)
  const request = requestFrom(bytes)
  const post = parent.said.bind(parent)
  setLogOutlet(new ProcessOutlet(request.logLevel, post))
  const life = new ProcessLife(request)
  const run = new WorkerRun(request, reporterOf(request, life))
  life.watch(run)
  parent.obey(run, request.where === 'process')
  await run.run()
  life.end()
}

void serve(process.argv[2])
