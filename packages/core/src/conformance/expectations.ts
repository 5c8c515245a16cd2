import { deepStrictEqual } from 'node:assert'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { inspect } from 'node:util'
import { BrokenPromiseError, type PromiseNumber } from './promises.js'

const guardSlices = 20

/** What a check says about its promise. Each failure names the promise, what was expected and what happened. */
export class Expectations {
  readonly promise: PromiseNumber
  readonly guardMs: number

  constructor(promise: PromiseNumber, guardMs: number) {
    this.promise = promise
    this.guardMs = guardMs
  }

  fail(what: string, cause?: unknown): never {
    throw new BrokenPromiseError(this.promise, what, cause === undefined ? undefined : { cause })
  }

  ok(condition: unknown, what: string): asserts condition {
    if (!condition) this.fail(what)
  }

  /** The very same value. */
  same(actual: unknown, expected: unknown, what: string): void {
    if (!Object.is(actual, expected)) {
      this.fail(`${what}: expected ${brief(expected)} itself, got ${brief(actual)}.`)
    }
  }

  /** Equal in depth, -0 and NaN included. */
  equal(actual: unknown, expected: unknown, what: string): void {
    try {
      deepStrictEqual(actual, expected)
    } catch {
      this.fail(`${what}: expected ${brief(expected)}, got ${brief(actual)}.`)
    }
  }

  isA<T>(
    value: unknown,
    type: abstract new (...args: never[]) => T,
    what: string,
  ): asserts value is T {
    if (!(value instanceof type)) {
      this.fail(`${what}: expected an instance of ${type.name}, got ${brief(value)}.`, value)
    }
  }

  /** What `promise` resolves with; it has to settle before the guard, and not to reject. */
  async fulfils<T>(promise: PromiseLike<T>, what: string): Promise<T> {
    const outcome = await this.#outcome(promise, what)
    if (outcome.status === 'rejected') {
      this.fail(`${what} rejected with ${brief(outcome.reason)}.`, outcome.reason)
    }
    return outcome.value
  }

  /** What `promise` rejects with. */
  async rejects(promise: PromiseLike<unknown>, what: string): Promise<unknown> {
    const outcome = await this.#outcome(promise, what)
    if (outcome.status === 'fulfilled') {
      this.fail(`${what} resolved with ${brief(outcome.value)} instead of rejecting.`)
    }
    return outcome.reason
  }

  /** Waits until `isTrue` holds; for what an executor elsewhere learns later. */
  async eventually(isTrue: () => boolean, what: string | (() => string)): Promise<void> {
    const end = Date.now() + this.guardMs
    while (!isTrue()) {
      if (Date.now() > end) {
        const text = typeof what === 'string' ? what : what()
        this.fail(`${text}, and it never did within ${this.guardMs} ms.`)
      }
      await setTimeout(1)
    }
  }

  /** Runs what has to return a promise and must not throw. */
  call<T>(make: () => PromiseLike<T>, what: string): PromiseLike<T> {
    try {
      return make()
    } catch (error) {
      this.fail(`${what} threw ${brief(error)} instead of rejecting.`, error)
    }
  }

  async #outcome<T>(promise: PromiseLike<T>, what: string): Promise<PromiseSettledResult<T>> {
    if (typeof promise?.then !== 'function') {
      this.fail(`${what}: expected a promise, got ${brief(promise)}.`)
    }
    const outcome = await within(
      this.guardMs,
      Promise.allSettled([promise]).then(([one]) => one),
    )
    return outcome ?? this.fail(`${what} never settled within ${this.guardMs} ms.`)
  }
}

/**
 * What `promise` resolves with; `undefined` when `ms` are over first. Counted in slices, each followed by a turn of the
 * event loop: a machine that stood still for a moment does not make an executor late.
 */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const over = new AbortController()
  const guard = async (): Promise<undefined> => {
    for (let slice = 0; slice < guardSlices; slice++) {
      await setTimeout(ms / guardSlices, undefined, { signal: over.signal })
      await setImmediate()
    }
  }
  try {
    return await Promise.race([promise, guard()])
  } finally {
    over.abort()
  }
}

export function brief(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`
  const text = inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY })
  return text.length > 300 ? `${text.slice(0, 299)}…` : text
}
