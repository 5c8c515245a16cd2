import { UnknownTaskError, UnsupportedWorkError } from '@conc/core'
import { type Bytes, type KeepAlive, type RecordLevel, registry } from '@conc/core/internal'
import { changed } from '../../calls/call-request-of.js'
import type { CallRoute, Offer, SentCall } from '../../calls/call-route.js'
import { refusedCall } from '../../calls/refused-call.js'
import type { CallOwner, CallRequest, Ending } from '../../coordinator/call-request.js'
import type { Coordinator } from '../../coordinator/coordinator.js'

/** The pool, as calls see it that come as bytes. */
export interface EntranceHost {
  readonly name: string
  readonly coordinator: Coordinator
  readonly keepAlive: KeepAlive
  /** The tasks that its workers have loaded. */
  readonly tasks: ReadonlyMap<string, string | undefined>
  /** Whether the workers have said what they know. */
  readonly isOpen: boolean
  /** Why this call is not taken now. */
  guestRefusal(request: CallRequest): Error | undefined
  /** Whether a body in one of its workers has this id. */
  isLive(taskId: string): boolean
  /** Resolves when a slot is free, in a drain too. */
  freeSlot(signal: AbortSignal): Promise<void>
  /** Starts the workers, if that has not happened. */
  start(): void
}

/** Where the calls of others come in as bytes and go out as bytes: nothing of them is decoded in this process. */
export class Entrance implements CallRoute {
  readonly #host: EntranceHost

  constructor(host: EntranceHost) {
    this.#host = host
  }

  send(request: CallRequest, owner: CallOwner): SentCall {
    const refusal = this.#host.guestRefusal(request) ?? this.#taskRefusal(request.task)
    if (refusal) return refusedCall(owner, refusal)
    const { coordinator, keepAlive } = this.#host
    this.#host.start()
    keepAlive.hold()
    const module = request.module ?? registry.find(request.task)?.module
    const guest = new GuestOwner(owner, keepAlive)
    return coordinator.accept(changed(request, { module }), guest)
  }

  isLive(taskId: string): boolean {
    return this.#host.isLive(taskId)
  }

  beforeNext(offer: Offer): () => void {
    return this.#host.coordinator.beforeNext(offer)
  }

  room(signal: AbortSignal): Promise<void> {
    return this.#host.freeSlot(signal)
  }

  /** A task has to be known to a worker, or to this process with a file that workers can import. */
  #taskRefusal(task: string): Error | undefined {
    const { name: executor, tasks, isOpen } = this.#host
    const definition = registry.find(task)
    if (!isOpen || tasks.has(task) || definition?.module !== undefined) return undefined
    if (definition) {
      const text = `Executor '${executor}' cannot run '${task}': no worker can import the code that declares it.`
      return new UnsupportedWorkError(text, { executor, task })
    }
    const known = [...tasks.keys()].join(', ') || 'none'
    const text = `Task '${task}' is not known to executor '${executor}'. Known tasks: ${known}.`
    return new UnknownTaskError(text, { executor, task })
  }
}

/** Holds this process until the call of another is over. */
class GuestOwner implements CallOwner {
  readonly #owner: CallOwner
  readonly #keepAlive: KeepAlive

  constructor(owner: CallOwner, keepAlive: KeepAlive) {
    this.#owner = owner
    this.#keepAlive = keepAlive
  }

  get waitsSince(): number | undefined {
    return this.#owner.waitsSince
  }

  started(worker?: string | number): void {
    this.#owner.started?.(worker)
  }

  progress(data: Bytes): void {
    this.#owner.progress?.(data)
  }

  log(level: RecordLevel, record: Bytes): void {
    this.#owner.log?.(level, record)
  }

  items(pack: Bytes): void {
    this.#owner.items?.(pack)
  }

  ended(ending: Ending): void {
    this.#keepAlive.letGo()
    this.#owner.ended(ending)
  }
}
