import type { PlanJSON, WeaveEvent } from '../../src/index.js'

type Told<E> = E extends WeaveEvent ? Omit<E, 'run' | 'at'> : never
export type Happening = readonly [at: number, event: Told<WeaveEvent>]

/** The events of a run, at times of one's choice. */
export function told(
  plan: Partial<PlanJSON>,
  happenings: readonly Happening[],
  run = 'r-1',
): WeaveEvent[] {
  const whole: PlanJSON = { version: 1, fingerprint: 'f00', inputs: [], tasks: [], ...plan }
  const first: Happening = [0, { type: 'plan', plan: whole, startedAt: Date.UTC(2030, 0, 2) }]
  return [first, ...happenings].map(([at, event]) => ({ run, at, ...event }) as WeaveEvent)
}

/** A task of a plan. */
export function planned(
  name: string,
  dependencies: readonly string[] = [],
  more: Partial<PlanJSON['tasks'][number]> = {},
): PlanJSON['tasks'][number] {
  return { name, kind: 'task', async: true, runsOn: 'here', dependencies, ...more }
}

/** One attempt, from its start to its end. */
export function ran(task: string, from: number, to: number, item?: number): Happening[] {
  const piece = item === undefined ? { task } : { task, item }
  return [
    [from, { type: 'start', ...piece, attempt: 1, runsOn: 'here', deps: {} }],
    [to, { type: 'end', ...piece, ms: to - from, value: `${task}!` }],
  ]
}
