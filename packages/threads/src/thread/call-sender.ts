import type { SerializationError } from '@conc/core'
import type { TaskDefinition } from '@conc/core/internal'
import type { Link } from '../between/link.js'
import { type CallMessage, type ToParent, type ToThread, toThread } from '../between/messages.js'
import { records } from '../between/records.js'
import { cloneFailure, refuseEmptied, refuseTransfer, type ValueOwner } from '../between/values.js'
import type { Attempt } from '../calls/attempt.js'

/** Turns attempts into what travels to one thread: a record where that is enough, else a message. */
export class CallSender {
  readonly #link: Link<ToParent, ToThread>
  readonly #refuse: (attempt: Attempt, error: SerializationError) => void
  /** The thread knows a task by number, told before its first call. */
  readonly #tasks = new Map<TaskDefinition, number>()

  /** @param refuse told of attempts whose values cannot travel. */
  constructor(
    link: Link<ToParent, ToThread>,
    refuse: (attempt: Attempt, error: SerializationError) => void,
  ) {
    this.#link = link
    this.#refuse = refuse
  }

  send(attempt: Attempt): void {
    const task = this.#numberOf(attempt.definition)
    if (this.#write(attempt, task)) return
    const refusal = refusalOf(attempt, ownerOf(attempt))
    if (refusal) this.#refuse(attempt, refusal)
    else this.#post(attempt, task)
  }

  /** @returns whether it was small enough. */
  #write(attempt: Attempt, task: number): boolean {
    const { id, args, context, transfer, owner } = attempt
    if (transfer !== undefined || owner.isStream) return false
    const answers = owner.numberOn?.(attempt.thread)
    if (!records.call(this.#link, id, { task, args, context, answers })) return false
    owner.placed?.(attempt)
    return true
  }

  #post(attempt: Attempt, task: number): void {
    const { id, args, context, transfer } = attempt
    const stream = attempt.owner.placed?.(attempt)
    const message: CallMessage = stream
      ? [toThread.call, id, task, args, context, stream]
      : [toThread.call, id, task, args, context]
    try {
      this.#link.post(message, stream ? [...(transfer ?? []), stream.port] : transfer)
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
    this.#link.post([toThread.declare, number, definition.name, definition.module])
    return number
  }
}

function refusalOf({ args, transfer }: Attempt, owner: ValueOwner): SerializationError | undefined {
  return refuseTransfer(transfer, owner) ?? refuseEmptied(args, argumentPath, transfer, owner)
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
