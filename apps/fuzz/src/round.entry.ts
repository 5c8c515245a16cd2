import { setTimeout } from 'node:timers/promises'
import { planOf } from './plan/plan.js'
import { endLimitOf } from './plan/round-options.js'
import { prefixes, type Report, type RoundInput, type Sign } from './report.js'
import type { LiveCall } from './round/live-call.js'
import { Round } from './round/round.js'
import { type Fault, watchProcess } from './scene/faults.js'
import { descendants } from './scene/processes.js'
import { Scene } from './scene/scene.js'
import { openJournal } from './tasks/journal.js'

const { seed, options, runId, journal } = JSON.parse(process.argv[2] as string) as RoundInput
const faults: Fault[] = []
const scene = new Scene(runId, options.redis, (fault) => faults.push(fault))
const plan = planOf(seed, options)
watchProcess(scene.note)
openJournal(journal)
const round = new Round(plan, options, scene, journal)
process.on('SIGUSR2', giveSign)

await runAll().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
const report: Report = {
  faults,
  calls: round.calls.length,
  outcomes: countOutcomes(round.calls),
  disturbances: plan.disturbances.length,
  resources: process.getActiveResourcesInfo(),
}
process.stdout.write(`${prefixes.report}${JSON.stringify(report)}\n`)

async function runAll(): Promise<void> {
  await round.run()
  await findLeftProcesses()
}

function countOutcomes(calls: readonly LiveCall[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { outcome } of calls) {
    const name = outcome?.status === 'rejected' ? nameOf(outcome.error) : 'fulfilled'
    counts[outcome ? name : 'unsettled'] = (counts[outcome ? name : 'unsettled'] ?? 0) + 1
  }
  return counts
}

function nameOf(error: unknown): string {
  const { code, name } = error as { code?: string; name?: string }
  return code ?? name ?? 'thrown'
}

async function findLeftProcesses(): Promise<void> {
  const endsAt = performance.now() + endLimitOf(options)
  for (;;) {
    const left = await descendants()
    if (left.length === 0) return
    if (performance.now() > endsAt) {
      const text = left.map(({ pid, command }) => `${pid} ${command}`).join('\n')
      return scene.note({ rule: 'no process left', text })
    }
    await setTimeout(50)
  }
}

function giveSign(): void {
  const sign: Sign = {
    unsettled: round.calls.filter((call) => !call.outcome).map(({ plan }) => plan.script.id),
    faults,
    resources: process.getActiveResourcesInfo(),
  }
  process.stdout.write(`${prefixes.sign}${JSON.stringify(sign)}\n`)
}
