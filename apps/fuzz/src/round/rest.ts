import { setTimeout } from 'node:timers/promises'
import { type Executor, ExecutorError } from '@conc/core'
import { type Composition, partsOf } from '../plan/composition.js'
import type { Plan } from '../plan/plan.js'
import { type Fault, textOfError } from '../scene/faults.js'
import type { Scene } from '../scene/scene.js'
import { settlesWithin } from '../scene/within.js'
import { give, play } from '../tasks/play.js'

/** How long loads and failed calls are asked anew. */
const pollMs = 20

/** @returns what is wrong with executors that have nothing to do, and nobody disturbs them. */
export async function faultsOfRest(
  root: Executor,
  plan: Plan,
  scene: Scene,
  limitMs: number,
): Promise<Fault[]> {
  const faults = [
    ...(await faultsOfWork(root, plan, limitMs)),
    ...(await faultsOfLoad([root, ...scene.executors], limitMs)),
  ]
  if (plan.closing.hasOpenStream) await leaveStreamOpen(root, limitMs)
  return faults
}

/** Whoever can come back does. */
async function faultsOfWork(root: Executor, plan: Plan, limitMs: number): Promise<Fault[]> {
  const endsAt = performance.now() + limitMs
  for (let n = 0; ; n++) {
    const script = { id: `probe ${n}`, steps: [], payload: n }
    const probe = root.submit(play, [script])
    try {
      if (await settlesWithin(probe, limitMs)) return []
      return [{ rule: 'settles', text: 'a call after the storm did not settle' }]
    } catch (error) {
      if (!(error instanceof ExecutorError)) {
        return [{ rule: 'known errors', text: `a call after the storm: ${textOfError(error)}` }]
      }
      if (!canComeBack(plan)) return []
      if (performance.now() > endsAt) {
        return [{ rule: 'works again', text: `after the storm: ${textOfError(error)}` }]
      }
    }
    await setTimeout(pollMs)
  }
}

/** What is closed stays closed: also a session that is not lazy, once its server was away, and a pool that could not start. */
function canComeBack({ composition, disturbances }: Plan): boolean {
  const hasClosed = disturbances.some(({ kind }) => kind === 'close part')
  const parts = partsOf(composition)
  return !hasClosed && !parts.some(canBeOver)
}

function canBeOver(part: Composition): boolean {
  return (part.kind === 'session' && !part.isLazy) || (part.kind === 'workers' && !part.isStarted)
}

async function faultsOfLoad(executors: readonly Executor[], limitMs: number): Promise<Fault[]> {
  const endsAt = performance.now() + limitMs
  for (;;) {
    const busy = executors.filter(({ load }) => load.running > 0 || load.waiting > 0)
    if (busy.length === 0) return []
    if (performance.now() > endsAt) return busy.map(faultOfLoad)
    await setTimeout(pollMs)
  }
}

function faultOfLoad({ name, load }: Executor): Fault {
  const text = `${name} has ${load.running} running and ${load.waiting} waiting, and nothing to do`
  return { rule: 'slots come back', text }
}

/** Takes an item, and forgets the stream; who closes the executor has to end it. */
async function leaveStreamOpen(root: Executor, limitMs: number): Promise<void> {
  const steps = Array.from({ length: 100 }, () => ({ do: 'item' }) as const)
  const stream = root.stream(give, [{ id: 'open', steps, payload: undefined }])
  await settlesWithin(
    stream.next().catch(() => {}),
    limitMs,
  )
}
