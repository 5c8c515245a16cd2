import type { Executor } from '@conc/core'
import {
  attemptNumber,
  attemptOf,
  type BodyFailures,
  type CallRoot,
  type Cancellation,
  type ForwardedOptions,
  follows,
  onBodyEnd,
  onBodyStart,
  reportsEnd,
  rootOf,
} from '@conc/core/internal'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Options that are filled in one by one. */
export type DecodedOptions = Writable<ForwardedOptions>

/** Who is told of the body. */
export interface BodyWatch extends CallRoot, BodyFailures {
  readonly cancellation: Cancellation
  bodyStarted(): void
  bodyEnded(): void
}

/** For an executor that is told of a cancel by whoever made the call. */
export function toldOptions(body: BodyWatch): DecodedOptions {
  return new ToldOptions(body)
}

/** For an executor that follows a cancellation and tells the end of a body, or one that takes a signal only. */
export function submittedOptions(body: BodyWatch, executor: Executor): DecodedOptions {
  return reportsEnd in executor ? new EndedOptions(body) : new ServedOptions(body)
}

/** What every call is submitted with. A class, because closures of their own would be most of what a call allocates. */
class CommonOptions implements DecodedOptions {
  readonly #body: BodyWatch
  readonly retry = 0
  declare [attemptNumber]?: number
  declare timeoutMs?: number
  declare priority?: number
  declare headers?: Readonly<Record<string, string>>
  declare tags?: readonly string[]
  declare onProgress?: (data: unknown) => void

  constructor(body: BodyWatch) {
    this.#body = body
  }

  protected get body(): BodyWatch {
    return this.#body
  }

  get [rootOf](): CallRoot {
    return this.#body
  }

  get [attemptOf](): BodyFailures {
    return this.#body
  }

  [onBodyStart](): void {
    this.body.bodyStarted()
  }
}

/** For executors that are told of a cancel by whoever made the call. */
class ToldOptions extends CommonOptions {
  [onBodyEnd](): void {
    this.body.bodyEnded()
  }
}

/** For executors that tell the end of a body. */
class EndedOptions extends ToldOptions {
  get [follows](): Cancellation {
    return this.body.cancellation
  }
}

/** For all others. */
class ServedOptions extends CommonOptions {
  get signal(): AbortSignal {
    return this.body.cancellation.signal
  }
}
