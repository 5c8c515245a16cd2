/** An item with the duty to say when it was worked on. */
export interface Lease<T> extends Disposable, AsyncDisposable {
  readonly item: T
  /** The item was worked on. The first of `done`, `putBack` and leaving the `using` block counts. */
  done(): void
  /** Puts the item at the end of the queue, even of a full one, for somebody else. */
  putBack(): void
}

/** The lease of a queue, which says what settling means. */
export class QueueLease<T> implements Lease<T> {
  readonly item: T
  readonly #settle: (end: 'done' | 'back') => void
  #isSettled = false

  constructor(item: T, settle: (end: 'done' | 'back') => void) {
    this.item = item
    this.#settle = settle
  }

  done(): void {
    this.#end('done')
  }

  putBack(): void {
    this.#end('back')
  }

  [Symbol.dispose](): void {
    this.#end('done')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end('done')
  }

  #end(end: 'done' | 'back'): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#settle(end)
  }
}
