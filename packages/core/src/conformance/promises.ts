/** What every executor promises, by number. */
export type PromiseNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13

export const promiseTitles: Readonly<Record<PromiseNumber, string>> = Object.freeze({
  1: 'one settlement',
  2: 'the limit is real',
  3: 'cancel',
  4: 'deadlines travel',
  5: 'errors arrive whole',
  6: 'values round-trip',
  7: 'retries are asked for',
  8: 'back-pressure',
  9: 'streams are pulled',
  10: 'context goes along',
  11: 'close is terminal',
  12: 'a worker that cannot start',
  13: 'work it cannot run is refused',
})

/** An executor does not keep a promise; the message says which one, what was expected and what happened. */
export class BrokenPromiseError extends Error {
  static {
    BrokenPromiseError.prototype.name = 'BrokenPromiseError'
  }
  readonly promise: PromiseNumber

  constructor(promise: PromiseNumber, what: string, options?: ErrorOptions) {
    super(`Promise ${promise} (${promiseTitles[promise]}) is broken: ${what}`, options)
    this.promise = promise
  }
}
