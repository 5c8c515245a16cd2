import type { CloseOptions, Executor } from '@conc/core'
import type { BullWorkerHere } from './bull-worker-here.js'
import { type Fault, textOfError } from './faults.js'
import type { Host } from './host.js'
import type { ServerHere } from './server-here.js'
import type { TcpProxy } from './tcp-proxy.js'
import { settlesAfter } from './within.js'

/** An executor whose size may change while it works. */
export interface Resizable {
  size: number
}

/** Something that is closed at the end. */
export interface Closable {
  readonly name: string
  close(options: CloseOptions): Promise<unknown>
}

/** What this process has built: what can be disturbed, and what has to be closed. */
export class Scene {
  /** Names queues, and tells them from those of other rounds. */
  readonly runId: string
  readonly redis: string | undefined
  readonly executors: Executor[] = []
  /** Of those, what workers of queues stand on: where it is closed, jobs wait for other workers for ever. */
  readonly underQueues: Set<Executor> = new Set()
  readonly proxies: TcpProxy[] = []
  readonly servers: ServerHere[] = []
  readonly hosts: Host[] = []
  readonly bullWorkers: BullWorkerHere[] = []
  readonly sizes: Resizable[] = []
  readonly note: (fault: Fault) => void
  readonly #closables: Closable[] = []
  #queues = 0

  constructor(runId: string, redis: string | undefined, note: (fault: Fault) => void) {
    this.runId = runId
    this.redis = redis
    this.note = note
  }

  /** A name for one more queue. */
  nextQueue(): string {
    return `fuzz-${this.runId}-${this.#queues++}`
  }

  /** Closed at the end, before what it stands on. */
  keep<E extends Executor>(executor: E): E {
    this.executors.push(executor)
    this.closeLater(executor)
    return executor
  }

  closeLater(closable: Closable): void {
    this.#closables.push(closable)
  }

  /** Closes all, what was built last first, and goes on where a close fails or takes longer than `limitMs`. */
  async close(options: CloseOptions, limitMs: number): Promise<void> {
    for (const closable of this.#closables.reverse()) {
      await closeWithin(closable, options, limitMs, this.note)
    }
  }
}

/** Waits for the end of a close, and notes one that fails or does not come. @param calls what it may have to wait for. */
export async function closeWithin(
  closable: Closable,
  options: CloseOptions,
  limitMs: number,
  note: (fault: Fault) => void,
  calls: readonly Promise<void>[] = [],
): Promise<void> {
  const told = `close(${JSON.stringify(options)}) of ${closable.name}`
  try {
    if (await settlesAfter(closable.close(options), calls, limitMs)) return
    note({ rule: 'closes', text: `${told} did not end within ${limitMs} ms` })
  } catch (error) {
    note({ rule: 'closes', text: `${told} failed: ${textOfError(error)}` })
  }
}
