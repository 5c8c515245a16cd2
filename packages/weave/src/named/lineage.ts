import type { Task } from '@conc/core'
import { completing } from '@conc/core/internal'
import type { Step } from '../builder/steps.js'
import { withBoundInputs } from './weave-task.js'

export type Inputs = Readonly<Record<string, unknown>>
/** A whole weave as one task: takes its inputs, gives the values of its tasks by name. */
export type WeaveTask = Task<readonly [inputs?: Inputs], Promise<Record<string, unknown>>>

/** What a weave has to do with a name under which other threads and processes find one. */
export type Lineage = Named | Derived

/** It is the weave of that name, perhaps with more input values. */
export interface Named {
  readonly kind: 'named'
  readonly name: string
  /** The file that declares it; `undefined` where that cannot be imported. */
  readonly module: string | undefined
  readonly task: WeaveTask
  /** Input values that were given after the name. */
  readonly values: Inputs
}

/** It was made from the weave of that name by a call of its builder, which exists only here. */
interface Derived {
  readonly kind: 'derived'
  readonly from: string
  /** The call: `.override('rows')`. */
  readonly by: string
  /** The tasks that the call named. */
  readonly tasks: readonly string[]
}

/** The lineage of the weave that `step` makes out of one with `lineage`. */
export function lineageAfter(lineage: Lineage | undefined, step: Step): Lineage | undefined {
  if (lineage?.kind !== 'named') return lineage
  if (step.kind === 'inputs') return withValues(lineage, step.values)
  const tasks = tasksOf(step)
  return { kind: 'derived', from: lineage.name, by: callText(step, tasks), tasks }
}

function withValues(named: Named, given: Inputs): Named {
  const values: Inputs = Object.freeze({ ...named.values, ...given })
  const complete = ([inputs]: readonly [inputs?: Inputs]): [Inputs] => [{ ...values, ...inputs }]
  const task = withBoundInputs(completing(named.task, complete), named.task, values)
  return { ...named, values, task }
}

function tasksOf(step: Step): readonly string[] {
  if (step.kind === 'group') return Object.keys(step.tasks)
  return 'name' in step ? [step.name] : []
}

const methods: Readonly<Record<string, string>> = { task: 'do', group: 'do', owed: 'input' }

function callText({ kind }: Step, tasks: readonly string[]): string {
  const list = tasks.map((name) => `'${name}'`).join(', ')
  return `.${methods[kind] ?? kind}(${kind === 'group' ? `{ ${tasks.join(', ')} }` : list})`
}
