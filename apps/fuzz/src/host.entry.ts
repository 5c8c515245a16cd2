import { build } from './scene/build.js'
import { startBullWorker } from './scene/bull-worker-here.js'
import { watchProcess } from './scene/faults.js'
import type { HostInput, HostOrder, HostWord } from './scene/host-job.js'
import { Scene } from './scene/scene.js'
import { ServerHere } from './scene/server-here.js'
// What is served is what is declared here.
import './tasks/play.js'

/** How long each part may take to close, beyond what it was told. */
const closeLimitMs = 15_000

const { job, runId, redis } = JSON.parse(process.argv[2] as string) as HostInput
const scene = new Scene(runId, redis, (fault) => say({ fault }))
// Who has started this process is gone.
process.once('disconnect', onOrphaned)

// One whose start was disturbed is started anew by whoever wants it.
await open().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
watchProcess(scene.note)
process.once('message', ({ close }: HostOrder) => void end(close))

async function open(): Promise<void> {
  if (job.role === 'server') {
    const listens = (port: number) => say({ port })
    scene.closeLater(await ServerHere.of(await build(job.on, scene), job.settings, listens))
    return
  }
  const executor = job.on && (await build(job.on, scene))
  scene.closeLater(await startBullWorker(job.settings, executor))
  say({ port: 0 })
}

async function end(options: HostOrder['close']): Promise<void> {
  await scene.close(options, options.timeoutMs + closeLimitMs)
  process.off('disconnect', onOrphaned)
  say({ resources: process.getActiveResourcesInfo() })
  process.disconnect()
}

function say(word: HostWord): void {
  if (process.connected) process.send?.(word, () => {})
}

function onOrphaned(): void {
  process.exit(1)
}
