import { currentFrame, type Frame, whileSuspended } from './frame.js'

/** Whether code in this frame, by default the code that runs, is of a task whose slot somebody could use while it waits. */
export function holdsSlot(frame: Frame | undefined = currentFrame()): boolean {
  return (frame?.slots?.length ?? 0) > 0
}

/** A stream that gives the slots of the task around it up while an item is awaited. */
export class SuspendedStream<Y> implements AsyncGenerator<Y, void, undefined> {
  readonly #items: AsyncGenerator<Y, void, undefined>

  constructor(items: AsyncGenerator<Y, void, undefined>) {
    this.#items = items
  }

  next(): Promise<IteratorResult<Y, void>> {
    return whileSuspended(() => this.#items.next())
  }

  return(): Promise<IteratorResult<Y, void>> {
    return whileSuspended(() => this.#items.return())
  }

  throw(error: unknown): Promise<IteratorResult<Y, void>> {
    return whileSuspended(() => this.#items.throw(error))
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}
