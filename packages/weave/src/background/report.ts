import { decodeError, type EncodedError, encodeError } from '@conc/core'
import { threadRole } from '@conc/core/internal'
import type { Outcome } from '../result/settled-result.js'
import type { TaskTiming } from '../result/timings.js'
import { defineUnpacked, type Packed, packed } from './packed.js'

/** What became of some tasks, as plain data. Reasons are told once, however many tasks share one. */
export interface Report {
  readonly rows: readonly Row[]
  readonly reasons: readonly EncodedError[]
}

export interface Row {
  readonly task: string
  /** `'running'`: it has begun. */
  readonly outcome: PackedOutcome | 'running'
  readonly timing?: TaskTiming
}

export type PackedOutcome =
  | { readonly status: 'fulfilled'; readonly value: Packed }
  | {
      readonly status: 'rejected' | 'cancelled'
      /** Its place among the reasons. */
      readonly reason: number
      readonly attempts: number
      readonly partial?: Packed
    }
  | { readonly status: 'skipped'; readonly because?: string }

/** Puts outcomes into a report. */
export class ReportWriter implements Report {
  readonly rows: Row[] = []
  readonly reasons: EncodedError[] = []
  readonly #places = new Map<unknown, number>()
  readonly #weave: string

  constructor(weave: string) {
    this.#weave = weave
  }

  running(task: string): void {
    this.rows.push({ task, outcome: 'running' })
  }

  settled(task: string, outcome: Outcome<unknown>, timing: TaskTiming | undefined): void {
    this.rows.push({ task, outcome: this.#packed(task, outcome), ...(timing && { timing }) })
  }

  /** The place of an error among the reasons. */
  place(reason: unknown): number {
    const known = this.#places.get(reason)
    if (known !== undefined) return known
    this.#places.set(reason, this.reasons.length)
    const where = threadRole()
    return this.reasons.push(encodeError(reason, where === undefined ? {} : { where })) - 1
  }

  #packed(task: string, outcome: Outcome<unknown>): PackedOutcome {
    if (outcome.status === 'skipped') return { ...outcome }
    const owner = { weave: this.#weave, task, started: true }
    if (outcome.status === 'fulfilled') {
      return { status: 'fulfilled', value: packed(outcome.value, task, owner) }
    }
    const { status, reason, attempts } = outcome
    const partial: unknown = outcome.partial
    return {
      status,
      reason: this.place(reason),
      attempts,
      ...(partial !== undefined && { partial: packed(partial, task, owner) }),
    }
  }
}

/** The reasons of a report as errors again. */
export function reasonsOf({ reasons }: Report): unknown[] {
  return reasons.map((one) => decodeError(one))
}

/** An outcome again. Reading a value that could not travel throws. */
export function outcomeFrom(sent: PackedOutcome, reasons: readonly unknown[]): Outcome<unknown> {
  if (sent.status === 'skipped') return sent
  const { status } = sent
  const outcome: Record<string, unknown> = { status }
  if (sent.status === 'fulfilled') defineUnpacked(outcome, 'value', sent.value)
  else {
    Object.assign(outcome, { reason: reasons[sent.reason], attempts: sent.attempts })
    if (sent.partial) defineUnpacked(outcome, 'partial', sent.partial)
  }
  return outcome as unknown as Outcome<unknown>
}
