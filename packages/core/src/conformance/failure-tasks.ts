import { QueueFullError, WorkerLostError } from '../errors/executor-error.js'
import { type Task, task } from '../task.js'
import { currentTask } from '../task-context.js'
import { GateClient } from './gate-client.js'

/** What happened to a call that a body of the kit made elsewhere, which it lets out. */
export type HappenedElsewhere = 'refused' | 'lost'

/** Lets out the error of another executor, as long as its attempt is at most `failures`. */
export const letOut: Task<
  [port: number, id: string, what: HappenedElsewhere, failures: number],
  Promise<number>
> = task(
  'conc-kit/let-out',
  async (port: number, id: string, what: HappenedElsewhere, failures: number) =>
    await lettingOut(port, id, what, failures),
)

/** The same before the first item of a stream. */
export const letOutItems: Task<
  [port: number, id: string, what: HappenedElsewhere, failures: number],
  AsyncGenerator<number>
> = task(
  'conc-kit/let-out-items',
  async function* (port: number, id: string, what: HappenedElsewhere, failures: number) {
    yield await lettingOut(port, id, what, failures)
  },
)

async function lettingOut(
  port: number,
  id: string,
  what: HappenedElsewhere,
  failures: number,
): Promise<number> {
  const attempt = currentTask()?.attempt ?? 1
  const gate = await GateClient.enter(port, id)
  try {
    await gate.report('started', attempt)
    if (attempt <= failures) throw errorFrom(what)
    return attempt
  } finally {
    gate.leave()
  }
}

function errorFrom(what: HappenedElsewhere): Error {
  const executor = 'another executor'
  if (what === 'refused') return new QueueFullError('There is no room elsewhere.', { executor })
  return new WorkerLostError('A worker elsewhere is gone.', { executor, started: true })
}
