import { type InspectOptions, inspect } from 'node:util'
import type { Outcome, SettledResult } from './settled-result.js'

/** A settled result as `console.log` shows it. */
export function inspectSettled(
  { ok, error, failed, cancelled, tasks }: SettledResult,
  depth: number,
  options: InspectOptions,
): string {
  if (depth < 0) return '[SettledResult]'
  const shown = { ok, ...(!ok && { error, failed, cancelled }), tasks: { ...tasks } }
  return `SettledResult ${inspect(shown, options)}`
}

/** A settled result as plain data: errors by name, message and code. */
export function settledJSON({ ok, error, failed, cancelled, tasks }: SettledResult): object {
  const entries = Object.entries<Outcome<unknown>>(tasks)
  const outcomes = entries.map(([name, outcome]) => [name, outcomeJSON(outcome)] as const)
  return { ok, error: reasonJSON(error), failed, cancelled, tasks: Object.fromEntries(outcomes) }
}

function outcomeJSON(outcome: Outcome<unknown>): object {
  if (!('reason' in outcome)) return outcome
  const { reason, partial, ...rest } = outcome
  const finished = partial as ReadonlyMap<number, unknown> | undefined
  return {
    ...rest,
    reason: reasonJSON(reason),
    ...(finished && { partial: Object.fromEntries(finished) }),
  }
}

function reasonJSON(reason: unknown): unknown {
  if (!(reason instanceof Error)) return reason
  const { name, message } = reason
  return { name, message, ...('code' in reason && { code: reason.code }) }
}
