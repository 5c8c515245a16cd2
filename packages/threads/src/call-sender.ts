import type { SerializationError, Transferable } from '@conc/core'
import type { TaskDefinition } from '@conc/core/internal'
import type { Attempt } from './attempt.js'
import { type CallMessage, type ToThread, toThread } from './messages.js'
import { cloneFailure, refuseEmptied, refuseTransfer, type ValueOwner } from './values.js'

type Post = (message: ToThread, transfer?: readonly Transferable[]) => void

/** Turns attempts into messages for one thread: one at a time, or many in one message. */
export class CallSender {
  readonly #post: Post
  readonly #refuse: (attempt: Attempt, error: SerializationError) => void
  /** The thread knows a task by number, told before its first call. */
  readonly #tasks = new Map<TaskDefinition, number>()
  #held: { readonly attempt: Attempt; readonly message: CallMessage }[] = []

  /** @param refuse told of attempts whose values cannot travel. */
  constructor(post: Post, refuse: (attempt: Attempt, error: SerializationError) => void) {
    this.#post = post
    this.#refuse = refuse
  }

  send(attempt: Attempt): void {
    const message = this.#messageFor(attempt)
    if (message) this.#sendOne(attempt, message)
  }

  /** Sends it with the next `flush()`. Moves nothing. */
  hold(attempt: Attempt): void {
    const message = this.#messageFor(attempt)
    if (message) this.#held.push({ attempt, message })
  }

  flush(): void {
    const held = this.#held
    if (held.length === 0) return
    this.#held = []
    try {
      this.#post([toThread.calls, held.map(({ message }) => message)])
    } catch {
      // One of them cannot travel; nothing was sent yet.
      for (const { attempt, message } of held) this.#sendOne(attempt, message)
    }
  }

  #messageFor(attempt: Attempt): CallMessage | undefined {
    const { id, cell, args, context, definition, transfer } = attempt
    const owner = ownerOf(attempt)
    const refusal =
      refuseTransfer(transfer, owner) ?? refuseEmptied(args, argumentPath, transfer, owner)
    if (refusal) {
      this.#refuse(attempt, refusal)
      return undefined
    }
    const task = this.#numberOf(definition)
    const stream = attempt.owner.placed?.(attempt)
    if (stream) return [toThread.call, id, cell, task, args, context, stream]
    if (context) return [toThread.call, id, cell, task, args, context]
    return [toThread.call, id, cell, task, args]
  }

  #sendOne(attempt: Attempt, message: CallMessage): void {
    const { transfer, args, context } = attempt
    const stream = message[6]
    try {
      this.#post(message, stream ? [...(transfer ?? []), stream] : transfer)
    } catch (error) {
      const isContext = context?.vars !== undefined && !isCloneable(context.vars)
      const [value, root] = isContext ? [context.vars, 'contextVars'] : [args, 'args']
      this.#refuse(attempt, cloneFailure(error, value, root, transfer, ownerOf(attempt)))
    }
  }

  #numberOf(definition: TaskDefinition): number {
    const known = this.#tasks.get(definition)
    if (known !== undefined) return known
    const number = this.#tasks.size
    this.#tasks.set(definition, number)
    this.#post([toThread.declare, number, definition.name, definition.module])
    return number
  }
}

function argumentPath(index: number): string {
  return `args[${index}]`
}

function ownerOf({ definition, call }: Attempt): ValueOwner {
  return { task: definition.name, executor: call.executor, started: false }
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}
