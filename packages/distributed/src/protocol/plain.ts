/** Small values that `encodeInto` takes: they become bytes in the message itself. */
export type Plain = number | boolean | null

/** The most that one of them takes. */
export const plainBytes = 9

export function isPlainValue(value: unknown): value is Plain {
  // Of the numbers it is the one that `encodeInto` leaves to `encode`.
  if (typeof value === 'number') return !Object.is(value, -0)
  return typeof value === 'boolean' || value === null
}
