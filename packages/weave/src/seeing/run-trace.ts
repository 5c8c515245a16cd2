import { criticalPath } from '../plan/critical-path.js'
import type { PlanJSON } from '../plan/plan.js'
import { TaskTrace } from './task-trace.js'
import type { UnfinishedTask, WeaveEvent } from './weave-event.js'

export interface Stall {
  readonly at: number
  readonly waiting: readonly UnfinishedTask[]
}

/** Turns a value into text where values are kept; without one none is. */
export type ValueNote = (task: string, value: unknown) => string

/**
 * What is known of one run, put together from its events as far as they go.
 *
 * @example
 * const events: WeaveEvent[] = []
 * await weave().do('one', () => 1).run({ onEvent: (event) => events.push(event) })
 * for (const { status, ms, planned } of RunTrace.all(events)) console.log(status, ms, planned.length) // fulfilled … 1
 */
export class RunTrace {
  readonly run: string
  readonly tasks: Map<string, TaskTrace> = new Map()
  readonly stalls: Stall[] = []
  plan: PlanJSON | undefined
  /** Epoch ms. */
  startedAt: number | undefined
  /** Id of the task around the run. */
  parent: string | undefined
  status: 'running' | 'fulfilled' | 'rejected' | 'cancelled' = 'running'
  /** Ms from its begin to its end, or to the last event. */
  ms = 0
  error: unknown
  readonly #note: ValueNote | undefined

  constructor(run: string, note?: ValueNote) {
    this.run = run
    this.#note = note
  }

  /** The runs that these events tell of, in the order they began. */
  static all(events: readonly WeaveEvent[], note?: ValueNote): RunTrace[] {
    const runs = new Map<string, RunTrace>()
    for (const event of events) {
      let run = runs.get(event.run)
      if (run === undefined) {
        run = new RunTrace(event.run, note)
        runs.set(event.run, run)
      }
      run.add(event)
    }
    return [...runs.values()]
  }

  add(event: WeaveEvent): void {
    this.ms = Math.max(this.ms, event.at)
    if (event.type === 'plan') this.#planned(event)
    else if (event.type === 'stall') this.stalls.push({ at: event.at, waiting: event.waiting })
    else if (event.type === 'finish') this.#finished(event)
    else this.#happened(event)
  }

  /** The tasks of the plan. What else appears in a run, such as a merge, is part of one of them. */
  get planned(): readonly TaskTrace[] {
    const all = [...this.tasks.values()]
    return this.plan === undefined ? all : all.filter(({ plan }) => plan !== undefined)
  }

  /** Ms of bodies together, pauses left out. */
  get workMs(): number {
    let sum = 0
    for (const { spans } of this.planned) {
      for (const { from, to = this.ms } of spans) sum += to - from
    }
    return sum
  }

  /** The chain of tasks that took the longest, by the time they ran. */
  get criticalPath(): readonly TaskTrace[] {
    const planned = this.plan?.tasks ?? []
    const order = planned.map(({ name }) => name)
    const dependencies = Object.fromEntries(planned.map((one) => [one.name, one.dependencies]))
    const path = criticalPath({ order, dependencies }, (name) => this.runMs(this.#task(name)))
    return path.map((name) => this.#task(name)).filter(({ startedAt }) => startedAt !== undefined)
  }

  runMs({ startedAt, endedAt = this.ms }: TaskTrace): number {
    return startedAt === undefined ? 0 : endedAt - startedAt
  }

  #planned({ plan, startedAt, parent }: Extract<WeaveEvent, { type: 'plan' }>): void {
    this.plan = plan
    this.startedAt = startedAt
    this.parent = parent
    for (const task of plan.tasks) this.tasks.set(task.name, new TaskTrace(task.name, task))
  }

  #finished({ status, ms, error }: Extract<WeaveEvent, { type: 'finish' }>): void {
    this.status = status
    this.ms = ms
    this.error = error
  }

  #happened(event: Extract<WeaveEvent, { task: string }>): void {
    const task = this.#task(event.task)
    const { at } = event
    const item = 'item' in event ? event.item : undefined
    switch (event.type) {
      case 'ready':
        task.readyAt = at
        task.state = 'ready'
        break
      case 'start':
        task.start(at, item, event.attempt, event.runsOn)
        this.#keepInputs(task, event.deps)
        break
      case 'progress':
        task.progress = event.data
        break
      case 'retry':
        task.retry(at, item, event.error)
        break
      case 'end':
        task.fulfilled(at, item)
        if (item === undefined) this.#keepOutput(task, event.value)
        break
      case 'error':
        task.rejected(at, item, event.error)
        break
      case 'cancel':
        task.cancelled(at, item, event.reason)
        break
      case 'skip':
        task.skipped(event.because)
        break
    }
  }

  #keepInputs(task: TaskTrace, deps: Readonly<Record<string, unknown>>): void {
    const note = this.#note
    if (note === undefined || task.inputs !== undefined) return
    task.inputs = Object.keys(deps ?? {}).map((name) => [name, note(name, deps[name])])
  }

  #keepOutput(task: TaskTrace, value: unknown): void {
    if (this.#note) task.output = this.#note(task.name, value)
  }

  #task(name: string): TaskTrace {
    let task = this.tasks.get(name)
    if (task === undefined) {
      task = new TaskTrace(name, undefined)
      this.tasks.set(name, task)
    }
    return task
  }
}
