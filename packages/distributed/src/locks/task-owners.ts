import { type Cancellation, currentFrame, type RunningTask } from '@conc/core/internal'

interface Entry<O> {
  readonly task: RunningTask
  readonly owner: O
}

/** One owner for each task of this process that asks for locks; it is told when the task is over. */
export class TaskOwners<O> {
  readonly #make: (task: RunningTask) => O
  readonly #over: (owner: O, task: RunningTask) => void
  /** By what all attempts of a call have in common: one ends before the next. */
  readonly #entries = new WeakMap<Cancellation, Entry<O>>()

  constructor(make: (task: RunningTask) => O, over: (owner: O, task: RunningTask) => void) {
    this.#make = make
    this.#over = over
  }

  /** The owner that the code here belongs to; `undefined` outside of tasks. */
  here(): O | undefined {
    const task = currentFrame()?.task
    return task && this.of(task)
  }

  of(task: RunningTask): O {
    const { cancellation } = task
    const known = this.#entries.get(cancellation)
    if (known?.task === task) return known.owner
    if (known) this.#over(known.owner, known.task)
    else cancellation.atEnd(() => this.#ended(cancellation))
    const owner = this.#make(task)
    this.#entries.set(cancellation, { task, owner })
    return owner
  }

  /** The owner of the task, if it has one. */
  known(task: RunningTask): O | undefined {
    const entry = this.#entries.get(task.cancellation)
    return entry?.task === task ? entry.owner : undefined
  }

  #ended(cancellation: Cancellation): void {
    const entry = this.#entries.get(cancellation)
    this.#entries.delete(cancellation)
    if (entry) this.#over(entry.owner, entry.task)
  }
}

/** The tasks that a task was called from, innermost first, as far as they are known here. */
export function* tasksAbove(task: RunningTask): Generator<RunningTask> {
  for (let above = task.parent; above; above = above.parent) yield above
}
