/** 0, 1, 2, … */
export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

export function* numberGenerator(count: number): Generator<number, void> {
  for (let i = 0; i < count; i++) yield i
}

export async function* asyncNumberGenerator(count: number): AsyncGenerator<number, void> {
  for (let i = 0; i < count; i++) yield i
}

/** The no-op task of this suite; one more, so that an unmapped list does not pass for a result. */
export async function addOne(n: number): Promise<number> {
  return n + 1
}

/** @throws {Error} the results are not 1, 2, 3, … `count`, in this order. */
export function checkAddedOne(results: readonly unknown[], count: number): void {
  if (results.length !== count) {
    throw new Error(`Expected ${count} results, got ${results.length}.`)
  }
  for (let i = 0; i < count; i++) {
    if (results[i] !== i + 1) {
      throw new Error(`Expected result ${i} to be ${i + 1}, got ${String(results[i])}.`)
    }
  }
}
