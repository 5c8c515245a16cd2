import { UnknownTaskError } from '@conc/core'
import { loadTask, registry, type TaskDefinition } from '@conc/core/internal'
import { decodeError, encodeError } from '@conc/wire'
import type { CallOwner, Ending } from '../coordinator/call-request.js'
import { LeaseLostError } from '../errors.js'
import type { Boot } from '../link/boot.js'
import type { LinkListener, PipeLink } from '../link/pipe-link.js'
import { type LinkTaskMeta, readTaskMeta } from '../link/task-meta.js'
import { encodeFailureMeta } from '../protocol/failure-meta.js'
import type { Frame } from '../protocol/frame.js'
import { frameType } from '../protocol/frame-types.js'
import { IdTable } from '../protocol/id-table.js'
import { decodeMeta, encodeMeta } from '../protocol/meta.js'
import { arrivedContext, type WorkerSurroundings } from './arrived-context.js'
import { Body } from './body.js'
import { PoolProxy } from './pool-proxy.js'
import { Questions } from './questions.js'
import { TaskLockRoute } from './task-lock-route.js'
import { Utilization } from './utilization.js'
import { WeightWatch } from './weight-watch.js'
import { WorkerSlot } from './worker-slot.js'

/** The process around it. */
interface ServerHost {
  /** A call has come: what runs from now on may block this thread. */
  called(): void
  /** The pool says that nothing will come any more. */
  stop(): void
}

/** Runs in a worker process: takes calls, runs their bodies, answers. */
export class TaskServer implements LinkListener {
  readonly #boot: Boot
  readonly #link: PipeLink
  readonly #questions: Questions
  readonly #proxy: PoolProxy
  readonly #locks: TaskLockRoute
  readonly #around: WorkerSurroundings
  readonly #bodies = new IdTable<Body>()
  /** Calls whose module is being imported, with what their consumers said meanwhile. */
  readonly #loading = new Map<number, Frame[]>()
  /** Where tasks are declared, as the pool has told. */
  readonly #modules = new Map<string, string>()
  /** Arrived in this turn. */
  #arrived: Body[] = []
  #arrivedIds: number[] = []
  readonly #host: ServerHost
  readonly #weight: WeightWatch
  readonly #utilization = new Utilization()

  constructor(boot: Boot, link: PipeLink, host: ServerHost) {
    this.#boot = boot
    this.#link = link
    this.#host = host
    this.#questions = new Questions(link)
    this.#proxy = new PoolProxy(boot, this.#questions)
    this.#locks = new TaskLockRoute(this.#questions, boot.poolId)
    this.#around = {
      poolId: boot.poolId,
      slotFor: (id) => new WorkerSlot(id, this.#questions),
      locks: this.#locks,
    }
    const mostBytes = boot.maxRssBytes ?? Number.POSITIVE_INFINITY
    this.#weight = new WeightWatch(mostBytes, () => link.add(frameType.goAway, 0))
  }

  /** Calls that are not over. */
  get busy(): number {
    return this.#bodies.size + this.#loading.size
  }

  receive(frame: Frame): void {
    switch (frame.type) {
      case frameType.task:
        this.#host.called()
        return void this.#take(frame)
      case frameType.cancel:
        return void this.#cancel(frame)
      case frameType.next:
      case frameType.send:
      case frameType.throw:
      case frameType.return:
        return void this.#tell(frame)
      case frameType.stats:
        return void this.#tellVitals()
      case frameType.stop:
        return void this.#host.stop()
      case frameType.load:
        if (frame.id === 0) return void this.#loadIs(frame)
        break
    }
    this.#questions.receive(frame)
  }

  turnOver(): void {
    const bodies = this.#arrived
    if (bodies.length === 0) return
    this.#arrived = []
    const ids = this.#arrivedIds
    this.#arrivedIds = []
    this.#enter(bodies, ids)
  }

  /** The pool is gone: whatever runs is told to stop. */
  abandon(reason: unknown): void {
    this.#locks.lost(new LeaseLostError('The pool that has the locks is gone.', { cause: reason }))
    for (const body of this.#bodies.values()) body.cancel(reason)
    this.#loading.clear()
  }

  #tell(frame: Frame): void {
    const body = this.#bodies.get(frame.id)
    if (body) body.tell(frame.type, frame.body)
    else this.#loading.get(frame.id)?.push(frame)
  }

  /** Bodies begin only after their START has left this process: whatever happens then, the pool knows. */
  #enter(bodies: readonly Body[], ids: readonly number[]): void {
    for (const id of ids) this.#link.add(frameType.start, id)
    this.#link.flush()
    this.#link.afterWrite(() => {
      for (const body of bodies) body.run()
    })
  }

  #take(frame: Frame): void {
    const meta = readTaskMeta(frame.meta)
    if (meta === undefined) {
      return void this.#refuse(
        frame.id,
        new UnknownTaskError('A call came without the name of a task.'),
      )
    }
    if (meta.module !== undefined) this.#modules.set(meta.name, meta.module)
    const definition = registry.find(meta.name)
    if (definition === undefined) return void this.#load(frame, meta)
    const body = this.#bodyOf(frame, meta, definition)
    if (body === undefined) return
    this.#arrived.push(body)
    this.#arrivedIds.push(frame.id)
  }

  async #load(frame: Frame, meta: LinkTaskMeta): Promise<void> {
    const { id } = frame
    const words: Frame[] = []
    this.#loading.set(id, words)
    try {
      const definition = await loadTask(meta.name, this.#modules.get(meta.name))
      // Withdrawn meanwhile.
      if (!this.#loading.delete(id)) return
      const body = this.#bodyOf(frame, meta, definition)
      if (body === undefined) return
      for (const word of words) body.tell(word.type, word.body)
      this.#enter([body], [id])
    } catch (error) {
      if (this.#loading.delete(id)) this.#refuse(id, error)
    }
  }

  #bodyOf(frame: Frame, meta: LinkTaskMeta, definition: TaskDefinition): Body | undefined {
    const { id } = frame
    try {
      if (meta.version !== undefined && meta.version !== definition.version) {
        throw wrongVersion(meta, definition)
      }
      const args = frame.decodeBody('args') as readonly unknown[]
      const context = arrivedContext(frame, meta, this.#around)
      const body = new Body(this.#proxy.place, definition, args, context, this.#ownerOf(id))
      this.#bodies.set(id, body)
      return body
    } catch (error) {
      this.#refuse(id, error)
      return undefined
    }
  }

  #ownerOf(id: number): CallOwner {
    return {
      progress: (data) => this.#link.add(frameType.progress, id, undefined, data),
      items: (pack) => this.#link.addItems(id, pack),
      ended: (ending) => this.#ended(id, ending),
    }
  }

  #ended(id: number, ending: Ending): void {
    this.#bodies.delete(id)
    if (ending.ok) this.#link.add(frameType.result, id, undefined, ending.value)
    else this.#link.add(frameType.error, id, encodeFailureMeta(ending), ending.fault.bytes)
    this.#weight.look()
  }

  #cancel({ id, body: reason }: Frame): void {
    const body = this.#bodies.get(id)
    if (body) return void body.cancel(decodeError(reason))
    // Its module is still being imported: it never begins.
    if (this.#loading.delete(id)) this.#link.add(frameType.withdrawn, id)
  }

  #refuse(id: number, error: unknown): void {
    const { worker, pool } = this.#boot
    const { chunks } = encodeError(error, { where: `worker ${worker} of '${pool}'` })
    this.#link.add(
      frameType.error,
      id,
      encodeFailureMeta({ phase: 'reject', started: false }),
      chunks,
    )
  }

  #tellVitals(): void {
    const utilization = this.#utilization.value
    const rssBytes = process.memoryUsage.rss()
    this.#link.add(frameType.stats, 0, encodeMeta({ rssBytes, utilization }))
  }

  #loadIs({ meta }: Frame): void {
    const { running, waiting } = decodeMeta(meta) ?? {}
    if (typeof running === 'number' && typeof waiting === 'number') {
      this.#proxy.loadIs(running, waiting)
    }
  }
}

function wrongVersion(
  { name, version }: LinkTaskMeta,
  definition: TaskDefinition,
): UnknownTaskError {
  return new UnknownTaskError(
    `Task '${name}' was asked for in version ${version}; here it has ${definition.version ?? 'none'}.`,
    { task: name },
  )
}
