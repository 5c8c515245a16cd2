import { ConcError, ExecutorClosedError, ExecutorError, QueueFullError } from '@conc/core'
import type { Bytes } from '@conc/core/internal'
import { encodeError } from '@conc/wire'
import type { CallOwner, CallRequest, Ending } from '../../coordinator/call-request.js'
import { carries } from '../../coordinator/carries.js'
import type { Coordinator } from '../../coordinator/coordinator.js'
import { Fault } from '../../coordinator/fault.js'
import type { PoolCall } from '../../coordinator/pool-call.js'
import type { Seat } from '../../coordinator/seat.js'
import type { PipeLink } from '../../link/pipe-link.js'
import { type LinkTaskMeta, readTaskMeta, varsOf } from '../../link/task-meta.js'
import { encodeFailureMeta } from '../../protocol/failure-meta.js'
import type { Frame } from '../../protocol/frame.js'
import { frameType, taskFlag } from '../../protocol/frame-types.js'
import { IdTable } from '../../protocol/id-table.js'
import { decodeMeta } from '../../protocol/meta.js'

/** The pool, as the calls see it that its own workers make. */
export interface NestedHost {
  readonly coordinator: Coordinator
  readonly name: string
  readonly isFull: boolean
  readonly hasRoom: boolean
  /** Takes no calls but those of live bodies. */
  readonly isDraining: boolean
  readonly maxSuspended: number
  /** Resolves when the pool has room. */
  room(): Promise<void>
}

/**
 * Calls that the bodies of one worker make on their own pool. While a body has some outstanding it holds no slot, so
 * that any depth works on any number of workers; it gets the last answer when a slot of its worker is free.
 */
export class NestedCalls {
  readonly #host: NestedHost
  readonly #link: PipeLink
  readonly #calls = new IdTable<NestedCall>()

  constructor(host: NestedHost, link: PipeLink) {
    this.#host = host
    this.#link = link
  }

  receive(frame: Frame, seat: Seat): void {
    const { type, id, body } = frame
    switch (type) {
      case frameType.task:
        return void this.#take(frame, seat)
      case frameType.cancel:
        return void this.#calls.get(id)?.cancel(Fault.from([body]))
      case frameType.next:
      case frameType.send:
      case frameType.throw:
      case frameType.return: {
        const call = this.#calls.get(id)?.call
        if (call) this.#host.coordinator.tell(call, { type, body: [body] })
        return
      }
      case frameType.load:
        return void this.#answerRoom(frame, seat)
    }
  }

  /** The worker is gone: what nobody waits for any more is not run. */
  clear(): void {
    const reason = Fault.of(new ExecutorError('The worker that made this call is gone.'))
    const calls = this.#calls.values()
    this.#calls.clear()
    for (const { call } of calls) if (call) this.#host.coordinator.cancel(call, reason)
  }

  #take(frame: Frame, seat: Seat): void {
    const meta = readTaskMeta(frame.meta)
    if (meta === undefined)
      return void this.#refuse(frame.id, new ConcError('A call without a task.'))
    const parent = meta.body === undefined ? undefined : seat.calls.get(meta.body)
    const refusal = this.#refusal(meta, parent)
    if (refusal) return void this.#refuse(frame.id, refusal)
    // In here it would run without the tags that it asks for.
    if (parent && carries(seat.tags, meta) && this.#isTooMuch(seat, parent))
      return void this.#link.add(frameType.withdrawn, frame.id)
    const { coordinator } = this.#host
    if (parent) coordinator.suspend(parent)
    const nested = new NestedCall(frame.id, parent, coordinator, this.#link, this.#calls)
    this.#calls.set(frame.id, nested)
    nested.call = coordinator.accept(requestOf(frame, meta, parent), nested, parent)
  }

  #isTooMuch(seat: Seat, parent: PoolCall): boolean {
    if (this.#host.isFull) return true
    return parent.outstanding === 0 && seat.suspended >= this.#host.maxSuspended
  }

  #refusal(meta: LinkTaskMeta, parent: PoolCall | undefined): ExecutorError | undefined {
    if (parent) return undefined
    const { name: executor, isDraining, isFull } = this.#host
    const init = { executor, task: meta.name }
    if (isDraining) return new ExecutorClosedError(`Executor '${executor}' is closed.`, init)
    if (isFull) return new QueueFullError(`Executor '${executor}' has no place to wait.`, init)
    return undefined
  }

  #refuse(id: number, error: unknown): void {
    const meta = encodeFailureMeta({ phase: 'reject', started: false })
    this.#link.add(frameType.error, id, meta, encodeError(error).chunks)
  }

  /** A body that has to wait for room gives its slot up: it may be the very slot that would be room. */
  async #answerRoom({ id, meta }: Frame, seat: Seat): Promise<void> {
    const { coordinator, hasRoom } = this.#host
    const { body } = decodeMeta(meta) ?? {}
    const asker = typeof body === 'number' && !hasRoom ? seat.calls.get(body) : undefined
    if (asker) coordinator.suspend(asker)
    const answer = await this.#roomAnswer(id)
    if (asker) coordinator.resume(asker, answer)
    else answer()
  }

  async #roomAnswer(id: number): Promise<() => void> {
    try {
      await this.#host.room()
      return () => this.#link.add(frameType.load, id)
    } catch (error) {
      return () => this.#refuse(id, error)
    }
  }
}

/** Brings what becomes of a nested call back into the worker that made it. */
class NestedCall implements CallOwner {
  call: PoolCall | undefined
  readonly #id: number
  readonly #parent: PoolCall | undefined
  readonly #coordinator: Coordinator
  readonly #link: PipeLink
  readonly #calls: IdTable<NestedCall>
  /** The body that made it waits for it no more. */
  #isLeft = false

  constructor(
    id: number,
    parent: PoolCall | undefined,
    coordinator: Coordinator,
    link: PipeLink,
    calls: IdTable<NestedCall>,
  ) {
    this.#id = id
    this.#parent = parent
    this.#coordinator = coordinator
    this.#link = link
    this.#calls = calls
  }

  /** The body has rejected its call already, and goes on; only the end of a stream it waits for. */
  cancel(reason: Fault): void {
    const { call } = this
    if (call === undefined) return
    this.#coordinator.cancel(call, reason)
    if (call.isSettled || this.#isLeft || call.request.kind !== 'call') return
    this.#isLeft = true
    this.#coordinator.resume(this.#parent, () => {})
  }

  started(): void {
    // Only a limit of time asks whether the body has begun.
    if (this.call?.request.deadline !== undefined) this.#link.add(frameType.start, this.#id)
  }

  progress(data: Bytes): void {
    this.#link.add(frameType.progress, this.#id, undefined, data)
  }

  items(pack: Bytes): void {
    this.#link.addItems(this.#id, pack)
  }

  ended(ending: Ending): void {
    this.#calls.delete(this.#id)
    const answer = (): void => this.#answer(ending)
    if (this.#isLeft) answer()
    else this.#coordinator.resume(this.#parent, answer)
  }

  #answer(ending: Ending): void {
    if (ending.ok) this.#link.add(frameType.result, this.#id, undefined, ending.value)
    else {
      this.#link.add(frameType.error, this.#id, encodeFailureMeta(ending), ending.fault.bytes)
    }
  }
}

function requestOf(
  { flags, body }: Frame,
  meta: LinkTaskMeta,
  parent: PoolCall | undefined,
): CallRequest {
  const { name: task, module, version, parent: parentId, headers, remainingMs } = meta
  return {
    task,
    module,
    version,
    kind: flags & taskFlag.duplex ? 'duplex' : flags & taskFlag.stream ? 'stream' : 'call',
    args: [body],
    vars: varsOf(meta),
    headers,
    parentId,
    depth: parent ? parent.request.depth + 1 : 0,
    attempt: meta.attempt ?? 1,
    deadline: remainingMs === undefined ? undefined : Date.now() + remainingMs,
    startTimeoutMs: meta.startRemainingMs,
    priority: meta.priority ?? 0,
    tags: meta.tags,
    tagMatch: meta.tagMatch,
    logLevel: parent?.request.logLevel,
    wantsProgress: meta.progress,
  }
}
