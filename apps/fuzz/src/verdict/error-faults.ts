import { ConcError, ExecutorError } from '@conc/core'
import type { CallPlan } from '../plan/calls.js'
import { partsOf } from '../plan/composition.js'
import type { NestedOptions, Script } from '../plan/script.js'
import { type Fault, textOfError } from '../scene/faults.js'
import { NestedError, PlannedError } from '../tasks/play.js'
import type { Facts } from './facts.js'
import { hasTimeout, nestedOf } from './scripts.js'

/** Whose failure is looked at. */
export interface Blamed {
  readonly script: Script
  readonly options: NestedOptions
  /** Whether its body had one chance to begin, so that `started` speaks of that. */
  readonly isSingle: boolean
}

/** What disturbances, ends of processes and closes may do to a call. */
const disturbedCodes: readonly string[] = [
  'CONC_TASK_CANCELLED',
  'CONC_WORKER_LOST',
  'CONC_POOL_START',
  'CONC_CONNECTION_LOST',
  'CONC_EXECUTOR_CLOSED',
  'CONC_NO_WORKERS',
  'CONC_POISON_TASK',
  'CONC_JOB_LOST',
]

/** @returns what is wrong with how a call, or one that its body has made, failed. */
export function faultsOfError(
  error: unknown,
  blamed: Blamed,
  plan: CallPlan,
  facts: Facts,
): Fault[] {
  const { script } = blamed
  if (error instanceof PlannedError) return faultsOfPlanned(error, script)
  if (error instanceof NestedError) return faultsOfNested(error, blamed, plan, facts)
  if (!(error instanceof ExecutorError)) return [unknown(script, error)]
  const isKnown = error instanceof ConcError && knownCodes(plan, facts).includes(error.code)
  const startFaults = faultsOfStart(error, blamed, facts)
  return isKnown ? startFaults : [unknown(script, error), ...startFaults]
}

function faultsOfPlanned(error: PlannedError, script: Script): Fault[] {
  const isRight = error.planned === script.id && script.steps.some((step) => step.do === 'throw')
  return isRight ? [] : [unknown(script, error)]
}

function faultsOfNested(
  error: NestedError,
  { script, isSingle }: Blamed,
  plan: CallPlan,
  facts: Facts,
): Fault[] {
  const nested = nestedOf(script).find((one) => one.script.id === error.nested)
  if (!nested) return [unknown(script, error)]
  const blamed = { ...nested, isSingle: isSingle && (nested.options.retry ?? 0) === 0 }
  return faultsOfError(error.cause, blamed, plan, facts)
}

function faultsOfStart(error: ExecutorError, { script, isSingle }: Blamed, facts: Facts): Fault[] {
  const begun = facts.starts.get(script.id) ?? 0
  if (error.started !== false || !isSingle || begun === 0) return []
  return [{ rule: 'started', text: `${script.id} had begun: ${textOfError(error)}` }]
}

function knownCodes(plan: CallPlan, { composition, isCalm }: Facts): string[] {
  const kinds = partsOf(composition).map(({ kind }) => kind)
  const hasLimit = plan.timeoutMs !== undefined || hasTimeout(plan.script)
  return [
    ...(isCalm ? [] : disturbedCodes),
    ...(hasLimit ? ['CONC_TASK_TIMEOUT'] : []),
    ...(plan.tags.length > 0 ? ['CONC_NO_WORKERS', 'CONC_UNSUPPORTED_WORK'] : []),
    ...(plan.isBad && kinds.length > 0 ? ['CONC_SERIALIZATION'] : []),
  ]
}

function unknown({ id }: Script, error: unknown): Fault {
  const isRaw = error instanceof Error && !(error instanceof ConcError)
  const stack = isRaw && error.stack ? `\n${error.stack}` : ''
  return { rule: 'known errors', text: `${id} failed with ${textOfError(error)}${stack}` }
}
