import { partsOf } from '../plan/composition.js'
import type { Script } from '../plan/script.js'
import type { LiveCall } from '../round/live-call.js'
import { type Fault, textOfError } from '../scene/faults.js'
import { type Blamed, faultsOfError } from './error-faults.js'
import type { Facts } from './facts.js'
import { faultsOfItems, faultsOfResult } from './result-faults.js'
import { nestedOf } from './scripts.js'

/** A caller who gives up is told at once; so long may the event loop be busy with something else. */
const promptMs = 3000

/** @returns each promise that was broken to one call and to those that its body has made. */
export function faultsOfCall(call: LiveCall, facts: Facts): Fault[] {
  return [...faultsOfOutcome(call, facts), ...faultsOfDelay(call), ...faultsOfRepeats(call, facts)]
}

function faultsOfOutcome(call: LiveCall, facts: Facts): Fault[] {
  const { outcome, plan, items } = call
  if (!outcome) return [{ rule: 'settles', text: `${plan.script.id} did not settle` }]
  const isOver = outcome.status === 'fulfilled'
  const itemFaults = call.isStream ? faultsOfItems(items, plan, isOver) : []
  // A queue runs others again when their worker is lost or leaves: an error speaks of the last time.
  const isRunOnce = plan.isOnce || !isRepeating(facts)
  const isSingle = isRunOnce && plan.retry === 0 && submitsOf(plan.script, facts) === 1
  const blamed: Blamed = { script: plan.script, options: {}, isSingle }
  if (!isOver) return [...itemFaults, ...faultsOfRejection(call, outcome.error, blamed, facts)]
  return call.isStream ? itemFaults : faultsOfResult(outcome.value, blamed, plan, facts)
}

function faultsOfRejection(call: LiveCall, error: unknown, blamed: Blamed, facts: Facts): Fault[] {
  if (error === call.reason) return []
  if (error instanceof Error && error.message === call.reason.message) {
    // On queues calls under one key join one job, also one that another of them has cancelled while it ran.
    if (isRepeating(facts) && submitsOf(blamed.script, facts) > 1) return []
    const text = `${blamed.script.id} rejected with a copy of its caller's reason: ${textOfError(error)}`
    return [{ rule: 'own reason', text }]
  }
  return faultsOfError(error, blamed, call.plan, facts)
}

function faultsOfDelay({ plan, endedAt, settledAt, items }: LiveCall): Fault[] {
  // Who leaves a stream waits for its end.
  const hasLeft = plan.consumer !== undefined && items.length >= plan.consumer.leaveAfter
  if (endedAt === undefined || settledAt === undefined || hasLeft) return []
  const lateMs = Math.round(settledAt - endedAt)
  if (lateMs < promptMs) return []
  return [{ rule: 'rejects at once', text: `${plan.script.id} settled ${lateMs} ms late` }]
}

function faultsOfRepeats({ plan }: LiveCall, facts: Facts): Fault[] {
  if (isRepeating(facts) && !plan.isOnce) return []
  const chances = submitsOf(plan.script, facts) * (1 + plan.retry)
  const own = faultOfStarts(plan.script, chances, facts)
  return isRepeating(facts) ? own : [...own, ...faultsOfNestedStarts(plan.script, facts)]
}

function faultsOfNestedStarts(parent: Script, facts: Facts): Fault[] {
  const parentStarts = facts.starts.get(parent.id) ?? 0
  return nestedOf(parent).flatMap(({ script, options }) => [
    ...faultOfStarts(script, parentStarts * (1 + (options.retry ?? 0)), facts),
    ...faultsOfNestedStarts(script, facts),
  ])
}

function faultOfStarts({ id }: Script, chances: number, { starts }: Facts): Fault[] {
  const begun = starts.get(id) ?? 0
  if (begun <= chances) return []
  return [{ rule: 'runs once', text: `${id} began ${begun} times, of ${chances} at the most` }]
}

/** Whether it delivers at least once. */
function isRepeating({ composition }: Facts): boolean {
  return partsOf(composition).some(({ kind }) => kind === 'bull')
}

function submitsOf({ id }: Script, { submits }: Facts): number {
  return submits.get(id) ?? 1
}
