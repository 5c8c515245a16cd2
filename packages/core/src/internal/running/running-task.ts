import type { TaskContext } from '../../task-context.js'
import type { Cancellation } from '../calls/cancellation.js'
import type { CallRoot, LiveBody } from '../calls/forwarded-options.js'
import type { Slot } from '../line/slot.js'

export interface RunningTaskInit {
  readonly name: string
  readonly executor: string
  readonly cancellation: Cancellation
  readonly attempt?: number | undefined
  readonly deadline?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly parent?: { readonly id: string } | undefined
  readonly id?: string | undefined
  /** Whoever made the outermost call from outside, and is told the id. */
  readonly root?: CallRoot | undefined
  readonly onProgress?: ((data: unknown) => void) | undefined
}

const noHeaders: Readonly<Record<string, string>> = Object.freeze({})
let processTag: string | undefined
let lastNumber = 0

/** An id for a call that no other process or thread gives out. */
export function newCallId(): string {
  // Asked for here: every thread would load it as it starts, and few give out ids.
  processTag ??= newIdTag()
  return `${processTag}-${++lastNumber}`
}

/** What ids begin with, of whoever gives out some: up to the first hyphen. */
export function newIdTag(): string {
  return process.getBuiltinModule('node:crypto').randomBytes(6).toString('hex')
}

/** The `TaskContext` of one attempt of one declared task. */
export class RunningTask implements TaskContext, LiveBody {
  readonly name: string
  readonly executor: string
  readonly attempt: number
  readonly deadline: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly cancellation: Cancellation
  /** Those under its body, innermost first. */
  slots: readonly Slot[] | undefined
  readonly #root: CallRoot | undefined
  readonly #parent: { readonly id: string } | undefined
  readonly #onProgress: ((data: unknown) => void) | undefined
  #id: string | undefined

  constructor(init: RunningTaskInit) {
    this.name = init.name
    this.executor = init.executor
    this.attempt = init.attempt ?? 1
    this.deadline = init.deadline
    this.headers = init.headers ?? noHeaders
    this.cancellation = init.cancellation
    this.#parent = init.parent
    this.#onProgress = init.onProgress
    this.#id = init.id
    this.#root = init.root
  }

  get id(): string {
    if (this.#id === undefined) {
      this.#id = this.makeId()
      this.#root?.named(this.#id, this)
    }
    return this.#id
  }

  protected makeId(): string {
    return newCallId()
  }

  /** The task that made the call, where more of it than its id is known here. */
  get parent(): RunningTask | undefined {
    return this.#parent instanceof RunningTask ? this.#parent : undefined
  }

  /** Who made the outermost call above it from outside. */
  get root(): CallRoot | undefined {
    return this.#root
  }

  get parentId(): string | undefined {
    return this.#parent?.id
  }

  get signal(): AbortSignal {
    return this.cancellation.signal
  }

  /** Made when it is read, so that bodies may take it out: `const { signal, progress } = currentTask()`. */
  get progress(): (data: unknown) => void {
    return (data) => this.#onProgress?.(data)
  }
}
