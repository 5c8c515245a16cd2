/** @returns whether `promise` has settled before so many ms were over; what it rejects with is thrown. */
export async function settlesWithin(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, limitMs, false)
  })
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * The same for what waits for `others`: they may take their time one after another, but not all be silent for so long.
 *
 * @returns whether `promise` has settled; `false` when neither it nor one of the others has within `limitMs`.
 */
export async function settlesAfter(
  promise: Promise<unknown>,
  others: readonly Promise<unknown>[],
  limitMs: number,
): Promise<boolean> {
  let settled = 0
  const count = (): void => {
    settled++
  }
  for (const other of others) other.then(count, count)
  for (;;) {
    const before = settled
    if (await settlesWithin(promise, limitMs)) return true
    if (settled === before) return false
  }
}
