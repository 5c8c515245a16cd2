import {
  AuthenticationError,
  ExecutorClosedError,
  type ExecutorError,
  ProtocolError,
  QueueFullError,
  TaskCancelledError,
  UnknownTaskError,
} from '@conc/core'
import type { Bytes } from '@conc/core/internal'
import { decodeError } from '@conc/wire'
import { idsAbove } from '../calls/ids-above.js'
import { QuotaUse } from '../calls/quota-use.js'
import { Fault } from '../coordinator/fault.js'
import { maySubmitterSend } from '../protocol/call-grammar.js'
import type { Frame } from '../protocol/frame.js'
import { frameName, frameType, isIgnorable } from '../protocol/frame-types.js'
import { IdTable } from '../protocol/id-table.js'
import { isIdOf } from '../protocol/ids.js'
import { CallMarks } from './call-marks.js'
import type { ServeSettings } from './serve-options.js'
import { ServedCall, type ServedCallHost } from './served-call.js'
import { TaskRequest } from './task-request.js'

/** The session, as its calls see it. */
export interface SessionCallsHost extends ServedCallHost {
  readonly settings: ServeSettings
  readonly isOpen: boolean
  /** Whether a body of the executor has this id. */
  isLive(taskId: string): boolean
  /** Gives the call its turn, now or later. */
  accept(call: ServedCall): void
  isAllowed(action: 'submit', task: string): Promise<boolean>
  refuse(id: number, error: unknown): void
  /** A frame broke a rule of its id. */
  fault(): void
  /** Whether its arguments are beyond what may be in flight, so that nothing more is to be read. */
  hold(isOver: boolean): void
}

/** The calls of one session, from their TASK frames until their bodies are over, within its quotas. */
export class SessionCalls {
  readonly #host: SessionCallsHost
  readonly #calls = new IdTable<ServedCall>()
  readonly #use = new QuotaUse()
  readonly #marks = new CallMarks(this.#calls)
  #isHeld = false

  constructor(host: SessionCallsHost) {
    this.#host = host
  }

  /** A TASK frame. */
  asked(frame: Frame): void {
    const { id } = frame
    if (!isIdOf('connecting', id) || this.#calls.has(id)) {
      this.#misused(id, `TASK came with id ${id}, which is not free.`)
      return
    }
    const request = TaskRequest.of(frame)
    if (request === undefined) {
      this.#misused(id, 'A TASK frame has a meta that cannot be read.')
      return
    }
    const call = new ServedCall(this.#host, id, request, frame.bodyLength)
    call.isExempt = this.#marks.comesOfOne(request)
    const refusal = this.#refusal(call)
    if (refusal) {
      this.#host.refuse(id, refusal)
      return
    }
    this.#marks.mark(request, id)
    this.#accept(call)
    request.leaveMessage()
  }

  /** A frame about a call. @returns whether that is known. */
  received(frame: Frame): boolean {
    const { id, type } = frame
    const call = this.#calls.get(id)
    if (call === undefined) return false
    if (!maySubmitterSend(call.request.kind, type)) {
      if (!isIgnorable(type)) this.#misplaced(call, type)
      return true
    }
    const bytes = frame.bodyLength === 0 ? [] : [frame.copyBody()]
    if (type !== frameType.cancel) call.tell(type, bytes)
    else call.cancel(reasonOf(bytes, call, this.#host.executorName))
    return true
  }

  /**
   * @param isMeant default: all of them.
   * @returns how many calls that was.
   */
  cancelAll(
    origin: 'client' | 'shutdown',
    message: string,
    isMeant: (call: ServedCall) => boolean = () => true,
  ): number {
    const calls = this.#calls.values().filter((call) => !call.isCancelled && isMeant(call))
    for (const call of calls) {
      const { task } = call.request
      const names = { task, executor: this.#host.executorName, started: call.hasBegun }
      const reason = Fault.of(new TaskCancelledError(message, { origin, ...names }))
      if (origin === 'shutdown') call.abandon(reason)
      else call.cancel(reason)
    }
    return calls.length
  }

  /** The body is over. @returns whether the call was in flight. */
  delete(call: ServedCall): boolean {
    if (!this.#calls.delete(call.id)) return false
    this.#use.delete(call)
    this.#hold()
    return true
  }

  #accept(call: ServedCall): void {
    this.#calls.set(call.id, call)
    this.#use.add(call)
    this.#hold()
    if (this.#host.settings.authorize === undefined) this.#host.accept(call)
    else void this.#acceptIfAllowed(call)
  }

  #refusal(call: ServedCall): ExecutorError | undefined {
    const { settings, isOpen, executorName: executor } = this.#host
    const { task } = call.request
    const names = { task, executor, started: false }
    // What was taken may finish, and so may what it calls.
    const isNeeded = isOpen || idsAbove(call.request).some((id) => this.#host.isLive(id))
    if (!isNeeded) return new ExecutorClosedError(`Server '${executor}' is closing.`, names)
    if (!call.isExempt && this.#use.count >= settings.maxInFlight) {
      const message = `The session has ${settings.maxInFlight} calls in flight, its maxInFlight.`
      return new QueueFullError(message, names)
    }
    if (task.startsWith('conc/') || settings.isExposed(task)) return undefined
    return new UnknownTaskError(`Server '${executor}' does not expose task '${task}'.`, names)
  }

  async #acceptIfAllowed(call: ServedCall): Promise<void> {
    const { task } = call.request
    if (await this.#host.isAllowed('submit', task)) {
      if (!call.isSettled) this.#host.accept(call)
      return
    }
    const names = { task, executor: this.#host.executorName }
    call.refuse(new AuthenticationError(`This session may not call task '${task}'.`, names))
  }

  #misplaced(call: ServedCall, type: number): void {
    this.#host.fault()
    const message = `${frameName(type)} is not for a ${call.request.kind}.`
    call.cancel(Fault.of(new ProtocolError(message)))
  }

  #misused(id: number, message: string): void {
    this.#host.fault()
    this.#host.refuse(id, new ProtocolError(message))
  }

  #hold(): void {
    const { count, bytes } = this.#use
    // One may be larger than that alone; what is said about it, and what comes of it, is to be read.
    const isOver = count > 1 && bytes > this.#host.settings.maxInFlightBytes
    if (isOver === this.#isHeld) return
    this.#isHeld = isOver
    this.#host.hold(isOver)
  }
}

/** What the client gave as its reason, as it stands in the body's `signal.reason`. */
function reasonOf(bytes: Bytes, call: ServedCall, executor: string): Fault {
  if (bytes.length > 0) return Fault.of(decodeError(bytes[0] as Uint8Array))
  const names = { task: call.request.task, executor, started: call.hasBegun }
  return Fault.of(new TaskCancelledError('The call was cancelled.', { origin: 'cancel', ...names }))
}
