/** The small message of all streams. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** About 4 KiB when cloned. */
export interface Nested {
  readonly id: number
  readonly rows: readonly { readonly name: string; readonly at: readonly number[] }[]
}

export function point(index: number): Point {
  return { x: index, y: index + 1 }
}

export function nested(id: number): Nested {
  const row = (n: number) => ({ name: `row ${n}`, at: [n, n / 2, n / 3, n / 4] })
  return { id, rows: Array.from({ length: 64 }, (_, n) => row(n)) }
}

/** @throws {Error} an item is missing, or came out of order. */
export function checkSum(sum: number, count: number): void {
  const expected = (count * (count - 1)) / 2
  if (sum !== expected) throw new Error(`Expected a sum of ${expected}, got ${sum}.`)
}
