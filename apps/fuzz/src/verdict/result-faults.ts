import { isDeepStrictEqual } from 'node:util'
import { decodeError } from '@conc/core'
import type { CallPlan } from '../plan/calls.js'
import type { Script, Step } from '../plan/script.js'
import type { Fault } from '../scene/faults.js'
import type { Caught, Item, Played } from '../tasks/play.js'
import { type Blamed, faultsOfError } from './error-faults.js'
import type { Facts } from './facts.js'
import { nestedOf } from './scripts.js'

/** @returns what is wrong with the result of a body, and of those that it has called. */
export function faultsOfResult(
  played: Played | undefined,
  blamed: Blamed,
  plan: CallPlan,
  facts: Facts,
): Fault[] {
  const { script } = blamed
  const isWhole =
    played?.id === script.id &&
    played.steps.length === script.steps.length &&
    // A function is itself where it did not have to travel.
    (plan.isBad || isDeepStrictEqual(played.payload, script.payload))
  if (!isWhole) return [wrong(script, played)]
  return script.steps.flatMap((step, n) => faultsOfStep(step, played.steps[n], blamed, plan, facts))
}

function faultsOfStep(
  step: Step,
  result: unknown,
  blamed: Blamed,
  plan: CallPlan,
  facts: Facts,
): Fault[] {
  const judge = (script: Script, one: unknown): Fault[] => {
    const nested = nestedOf(blamed.script).find((other) => other.script === script)
    const isSingle = blamed.isSingle && (nested?.options.retry ?? 0) === 0
    const inner = { script, options: nested?.options ?? {}, isSingle }
    if (isCaught(one)) return faultsOfError(decodeError(one.error), inner, plan, facts)
    if (typeof one === 'number') return []
    return faultsOfResult(one as Played, inner, plan, facts)
  }
  switch (step.do) {
    case 'spin':
    case 'wait':
    case 'heed':
      return result === step.ms ? [] : [wrong(blamed.script, result)]
    case 'call':
      return step.scripts.flatMap((script, n) => judge(script, (result as unknown[])[n]))
    case 'pull':
      return isCaught(result) || result === pulledOf(step)
        ? judge(step.script, result)
        : [wrong(step.script, result)]
    default:
      return []
  }
}

function isCaught(result: unknown): result is Caught {
  return typeof result === 'object' && result !== null && 'caught' in result
}

function pulledOf({ script, leaveAfter }: Step & { do: 'pull' }): number {
  return Math.min(leaveAfter, script.steps.filter((step) => step.do === 'item').length)
}

/** @param isOver whether the stream has ended without a failure. */
export function faultsOfItems(items: readonly Item[], plan: CallPlan, isOver: boolean): Fault[] {
  const { script, consumer } = plan
  const wrongAt = items.findIndex(({ id, n }, index) => id !== script.id || n !== index)
  if (wrongAt >= 0) {
    const got = JSON.stringify(items[wrongAt])
    return [{ rule: 'items in order', text: `${script.id} gave ${got} as item ${wrongAt}` }]
  }
  const expected = Math.min(consumer?.items ?? 0, consumer?.leaveAfter ?? 0)
  if (!isOver || items.length === expected) return []
  const text = `${script.id} ended after ${items.length} of ${expected} items`
  return [{ rule: 'items in order', text }]
}

function wrong({ id }: Script, result: unknown): Fault {
  return { rule: 'right result', text: `${id} resulted in ${JSON.stringify(result)}` }
}
