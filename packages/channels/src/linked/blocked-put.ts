import type { Transferable } from '@conc/core'
import type { Member, Roster } from '@conc/core/internal/base'
import type { Putter } from '../channel/waits.js'

/** A `putSync` that waits: whoever blocks looks at the outcome. */
export class BlockedPut implements Putter<unknown> {
  list: Roster | undefined
  next: Member | undefined
  prev: Member | undefined
  readonly value: unknown
  readonly transfer: readonly Transferable[] | undefined
  outcome: { readonly error?: unknown } | undefined

  constructor(value: unknown, transfer: readonly Transferable[] | undefined) {
    this.value = value
    this.transfer = transfer
  }

  accepted(): void {
    this.outcome = {}
  }

  refused(error: unknown): void {
    this.outcome = { error }
  }
}
