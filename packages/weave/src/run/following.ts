import { Cancellation } from '@conc/core/internal'

/** A cancellation that follows another one until it is untied. */
export function following(outer: Cancellation): {
  cancellation: Cancellation
  untie: () => void
} {
  const cancellation = new Cancellation()
  const dependent = { cancelled: (reason: unknown) => void cancellation.cancel(reason) }
  outer.add(dependent)
  return { cancellation, untie: () => outer.remove(dependent) }
}
