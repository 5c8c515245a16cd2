import { inspect } from 'node:util'
import { durationText } from '../../seeing/durations.js'
import type { TaskTrace } from '../../seeing/task-trace.js'
import { errorFacts } from '../error-facts.js'
import type { RunView } from './run-view.js'

/** What the page says of a task that is looked at. Short keys: there is one of these per task. */
export interface Details {
  /** Name. */
  readonly n: string
  /** State, as text and as look. */
  readonly s: string
  readonly f: readonly (readonly [label: string, text: string])[]
  /** What it waits for, what waits for it: names. */
  readonly d: readonly string[]
  readonly u: readonly string[]
  readonly e?: string
  readonly i?: readonly (readonly [name: string, text: string])[]
  readonly o?: string
}

const mostNames = 40

/** In the order of the timeline. */
export function detailsOf(view: RunView): Details[] {
  const users = usersOf(view)
  return view.tasks.map((task) => {
    const { name, plan, state, reason, inputs, output } = task
    const isUnhappy = state === 'rejected' || state === 'cancelled'
    return {
      n: name,
      s: state,
      f: factsOf(task, view),
      d: listed(plan?.dependencies ?? []),
      u: listed(users.get(name) ?? []),
      ...(isUnhappy && { e: errorFacts(reason).text }),
      ...(inputs && inputs.length > 0 && { i: inputs }),
      ...(output !== undefined && { o: output }),
    }
  })
}

function factsOf(task: TaskTrace, { run, critical }: RunView): [string, string][] {
  const { plan, startedAt, waitMs, attempts, retries, items, because, runsOn, progress } = task
  const facts: [string, string | undefined][] = [
    ['started', startedAt === undefined ? undefined : `at ${durationText(startedAt)}`],
    ['ran', startedAt === undefined ? undefined : durationText(run.runMs(task))],
    ['waited', waitMs >= 0.05 ? durationText(waitMs) : undefined],
    ['attempts', attempts > 1 || retries > 0 ? attemptsText(task) : undefined],
    ['items', task.isMapped ? `${items}${overText(task)}` : undefined],
    ['runs', runsOn === undefined || runsOn === 'here' ? undefined : `on ${runsOn}`],
    ['critical path', critical.has(task) ? 'yes' : undefined],
    ['skipped', because === undefined ? undefined : `${because} failed`],
    ['opaque', plan?.opaque],
    [
      'progress',
      progress === undefined ? undefined : inspect(progress, { breakLength: 60 }).slice(0, 200),
    ],
  ]
  return facts.flatMap(([label, text]) => (text === undefined ? [] : [[label, text]]))
}

function attemptsText({ items, attempts, retries }: TaskTrace): string {
  return items > 0 ? `${retries} retries; at most ${attempts} for one item` : String(attempts)
}

function overText({ plan }: TaskTrace): string {
  return typeof plan?.over === 'string' ? ` of ${plan.over}` : ''
}

function usersOf({ tasks }: RunView): ReadonlyMap<string, string[]> {
  const users = new Map<string, string[]>()
  for (const { name, plan } of tasks) {
    for (const needed of plan?.dependencies ?? []) {
      const known = users.get(needed)
      if (known) known.push(name)
      else users.set(needed, [name])
    }
  }
  return users
}

function listed(names: readonly string[]): readonly string[] {
  if (names.length <= mostNames) return names
  return [...names.slice(0, mostNames), `… and ${names.length - mostNames} more`]
}
