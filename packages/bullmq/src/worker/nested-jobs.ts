import type { CloseOptions, Executor, Work } from '@conc/core'
import {
  type ForwardedOptions,
  type NestedHome,
  nestedHome,
  registry,
  type TaskDefinition,
  taskDefinition,
} from '@conc/core/internal'
import type { WorkerSettings } from '../options/worker-options.js'
import { BullExecutor } from '../submitter/bull-executor.js'
import { onAdded, type QueueOptions } from '../submitter/queue-options.js'
import { TakenBack, takeBackFrom } from '../submitter/taking-back.js'
import type { JobSlot, JobSlots } from './job-slots.js'

type TaskCall = Work<readonly unknown[], unknown>

/**
 * The nested calls of a worker's jobs: they go to the same queue, where any worker may take them, and stand there before
 * all others. The job gives its slot up meanwhile.
 */
export class NestedJobs {
  readonly #settings: WorkerSettings
  readonly #slots: JobSlots
  /** Runs what cannot go through the queue. */
  readonly #here: Executor
  #submitter: BullExecutor | undefined
  #isDraining = false

  constructor(settings: WorkerSettings, slots: JobSlots, here: Executor) {
    this.#settings = settings
    this.#slots = slots
    this.#here = here
  }

  /** Where the calls of the job on this slot go. @param hasPriorities whether the jobs of the queue have them. */
  of(slot: JobSlot, hasPriorities: boolean): NestedHome {
    const home: NestedHome = {
      submit: (work, args, options) => {
        if (this.#isDraining || !this.#slots.canSuspend) return undefined
        this.#submitter ??= new BullExecutor(submitterOptions(this.#settings, hasPriorities))
        return this.#throughQueue(slot, home, { work, args, options })
      },
    }
    return home
  }

  /** The worker takes no more jobs. Perhaps nobody else does: what waits in the queue runs here. */
  async drain(): Promise<void> {
    this.#isDraining = true
    if (this.#submitter) await takeBackFrom(this.#submitter)
  }

  async close(options: CloseOptions): Promise<void> {
    await this.#submitter?.close(options)
  }

  async #throughQueue(
    slot: JobSlot,
    home: NestedHome,
    call: { work: TaskCall; args: readonly unknown[]; options: ForwardedOptions },
  ): Promise<unknown> {
    const { work, args, options } = call
    let isWaiting = false
    // Not before: the worker would take the next root instead.
    const added = (): void => {
      if (!isWaiting) slot.waits()
      isWaiting = true
    }
    const queued: QueueOptions = { ...options, [onAdded]: added }
    try {
      return await this.#submitter?.submit(asDeclared(work), args, queued)
    } catch (error) {
      if (!(error instanceof TakenBack)) throw error
      return await this.#here.submit(work, args, { ...options, [nestedHome]: home } as object)
    } finally {
      if (isWaiting) await slot.goesOn()
    }
  }
}

/** With the version that the task has here: a thread names its tasks only. */
function asDeclared(work: TaskCall): TaskCall {
  const { name } = (work as TaskCall & { [taskDefinition]: TaskDefinition })[taskDefinition]
  const declared = registry.find(name)
  return declared === undefined
    ? work
    : Object.assign(work.bind(undefined), { [taskDefinition]: declared })
}

/** Jobs of nested calls end with this worker: the job that made them runs again elsewhere, and makes them anew. */
function submitterOptions(
  settings: WorkerSettings,
  priorities: boolean,
): ConstructorParameters<typeof BullExecutor>[0] {
  const { redis, queue, prefix, blobs, signingKey, telemetry } = settings
  return {
    connection: redis,
    queue,
    prefix,
    priorities,
    orphans: 'cancel',
    queueLimit: Number.POSITIVE_INFINITY,
    ...(blobs && { blobs }),
    ...(signingKey !== undefined && { signingKey }),
    ...(telemetry && { telemetry }),
  }
}
