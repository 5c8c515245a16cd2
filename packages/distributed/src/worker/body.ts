import { type Executor, UnsupportedWorkError } from '@conc/core'
import {
  type Bytes,
  Cancellation,
  describe,
  type FailurePhase,
  isRefused,
  iteratorOf,
  type LogReader,
  type Rank,
  RunningTask,
  refuseStream,
  runInFrame,
  runTaskNow,
  type Settling,
  type Slot,
  settle,
  type TaskDefinition,
  type TaskSurroundings,
  taskFrame,
  traced,
  validated,
} from '@conc/core/internal'
import { encodeError } from '@conc/wire'
import { toldOf } from '../calls/self-cancelled.js'
import type { CallOwner, CallRequest } from '../coordinator/call-request.js'
import { Fault } from '../coordinator/fault.js'
import { encodePayload, type PayloadOwner } from '../link/payload.js'
import { ItemPacker } from '../protocol/item-packer.js'
import { EncodeFailure, ItemSender, type Items } from './item-sender.js'

/** Where bodies run: what is the same for all of a worker. */
export interface Workplace {
  /** The pool's name. */
  readonly executor: string
  readonly worker: number
  readonly maxPayloadBytes: number
  /** Where nested calls go. */
  readonly pool: Executor
}

/** What is known of one call besides its task and arguments. */
export interface BodyContext {
  readonly id?: string | undefined
  readonly kind: CallRequest['kind']
  readonly parentId?: string | undefined
  readonly attempt?: number | undefined
  readonly deadline?: number | undefined
  /** The most that it was to wait for its start, as what it calls may. */
  readonly startTimeoutMs?: number | undefined
  /** Where it stood in line; default: as whoever is around. */
  readonly rank?: Rank | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly vars?: ReadonlyMap<string, unknown> | undefined
  readonly wantsProgress?: boolean | undefined
  readonly slot?: Slot | undefined
  /** The way to the locks that it sees; default: those of whoever is around. */
  readonly locks?: object | undefined
  /** Who wants its records beside the pool; default: whoever is around. */
  readonly logs?: LogReader | undefined
}

/** One call while its task runs here. What comes of it is told to its owner as bytes. */
export class Body implements Settling {
  readonly cancellation: Cancellation = new Cancellation()
  readonly #place: Workplace
  readonly #definition: TaskDefinition
  readonly #args: readonly unknown[]
  readonly #owner: CallOwner
  readonly #task: RunningTask
  readonly #around: TaskSurroundings
  readonly #items: ItemSender | undefined
  /** Where items wait for the end of the turn: told before anything else is. */
  readonly #packer: ItemPacker | undefined

  constructor(
    place: Workplace,
    definition: TaskDefinition,
    args: readonly unknown[],
    context: BodyContext,
    owner: CallOwner,
  ) {
    this.#place = place
    this.#definition = definition
    this.#args = args
    this.#owner = owner
    const { id, parentId, attempt, deadline, headers, vars, slot, locks } = context
    const { logs, startTimeoutMs, rank } = context
    this.#task = new RunningTask({
      name: definition.name,
      executor: place.executor,
      cancellation: this.cancellation,
      id,
      attempt,
      deadline,
      headers,
      parent: parentId === undefined ? undefined : { id: parentId },
      onProgress: context.wantsProgress ? (data) => this.#progress(data) : undefined,
    })
    this.#around = {
      executor: place.pool,
      slot,
      vars,
      locks,
      logs,
      startTimeoutMs,
      rank,
    }
    if (context.kind === 'call') return
    this.#packer = new ItemPacker({
      encode: (item) => this.#encodeItem(item),
      maxItemBytes: place.maxPayloadBytes,
      tell: (pack) => owner.items?.(pack),
    })
    this.#items = new ItemSender(context.kind, this.#packer)
  }

  run(): void {
    if (this.cancellation.isCancelled) {
      this.#fail(this.cancellation.reason, 'reject', false)
      return
    }
    const refusal = this.#items ? undefined : refuseStream(this.#place.executor, this.#definition)
    if (refusal) {
      this.#fail(refusal, 'reject', false)
      return
    }
    settle(this)
  }

  perform(): unknown {
    return this.#items ? this.#stream(this.#items) : this.#once()
  }

  cancel(reason: unknown): void {
    this.cancellation.cancel(reason)
  }

  /** The consumer of a stream says something. */
  tell(type: number, body: Uint8Array): void {
    this.#items?.tell(type, body)
  }

  #once(): unknown {
    return runTaskNow(this.#definition, this.#args, this.#task, this.#around)
  }

  /** Runs the generator as far as its consumer has granted. */
  async #stream(items: ItemSender): Promise<unknown> {
    this.cancellation.add(items)
    const body = async (): Promise<unknown> => items.run(await this.#iterate())
    return await runInFrame(taskFrame(this.#task, this.#around), () =>
      traced(() => describe(this.#task), body),
    )
  }

  async #iterate(): Promise<Items> {
    const valid = await validated(this.#definition, this.#args, this.#task)
    return iteratorOf(await this.#definition.fn(...(valid as never[])), this.#task.executor)
  }

  succeeded(value: unknown): void {
    let bytes: Bytes
    try {
      bytes = this.#encode(value, 'result')
    } catch (error) {
      this.#fail(error, 'encode', true)
      return
    }
    this.#end()
    this.#owner.ended({ ok: true, value: bytes })
  }

  failed(error: unknown): void {
    // The failure of a body that was told to stop, after its consumer has left, is nobody's business any more.
    if (error instanceof EncodeFailure) this.#fail(error.cause, 'encode', true)
    else {
      const { isCancelled } = this.cancellation
      const names = { task: this.#definition.name, executor: this.#place.executor }
      this.#fail(toldOf(error, { isCancelled, ...names }), this.#phaseOf(error), true)
    }
  }

  #phaseOf(error: unknown): FailurePhase {
    const isNoStream = this.#items !== undefined && error instanceof UnsupportedWorkError
    return isNoStream || isRefused(error, this.#definition.name) ? 'reject' : 'body'
  }

  #fail(error: unknown, phase: FailurePhase, started: boolean): void {
    const { executor, worker } = this.#place
    const where = `task '${this.#definition.name}', worker ${worker} of '${executor}'`
    const fault = Fault.from(encodeError(error, { where }).chunks)
    this.#end()
    this.#owner.ended({ ok: false, phase, started, fault })
  }

  #end(): void {
    this.#packer?.flush()
    this.cancellation.end()
  }

  #progress(data: unknown): void {
    this.#packer?.flush()
    this.#owner.progress?.(this.#encode(data, 'progress'))
  }

  /** @throws {EncodeFailure} it cannot travel. */
  #encodeItem(value: unknown): Bytes {
    try {
      return this.#encode(value, 'item')
    } catch (error) {
      throw new EncodeFailure(error)
    }
  }

  #encode(value: unknown, root: string): Bytes {
    return encodePayload(value, root, this.#place.maxPayloadBytes, this.#asOwner)
  }

  get #asOwner(): PayloadOwner {
    return { task: this.#definition.name, executor: this.#place.executor, started: true }
  }
}
