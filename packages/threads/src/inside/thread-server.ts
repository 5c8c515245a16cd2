import { threadId } from 'node:worker_threads'
import { decodeError, encodeError, type Transferable } from '@conc/core'
import { Cancellation, loadTask, registry, type TaskDefinition } from '@conc/core/internal'
import { Link } from '../between/link.js'
import { ClaimTable } from '../claim-table.js'
import {
  type Blame,
  type Boot,
  type CallContext,
  type CallMessage,
  type ToParent,
  type ToThread,
  toParent,
  toThread,
} from '../messages.js'
import { cloneFailure, refuseEmptied, transferOf, type ValueOwner } from '../values.js'
import { Body } from './body.js'
import { Occupancy } from './occupancy.js'
import { ParentLink } from './parent-link.js'
import { PoolProxy } from './pool-proxy.js'

/** A call that was taken up here. */
export interface TakenCall {
  readonly id: number
  readonly cell: number
  readonly name: string
  readonly cancellation: Cancellation
}

/** Serves the calls of one thread: takes them up, runs their bodies, answers. */
export class ThreadServer {
  readonly executor: string
  readonly proxy: PoolProxy
  readonly link: ParentLink
  readonly #link: Link<ToThread, ToParent>
  readonly #claims: ClaimTable
  readonly #tasks: {
    name: string
    module: string | undefined
    definition?: TaskDefinition | undefined
  }[] = []
  readonly #taken = new Map<number, TakenCall>()
  /** Calls that were sent ahead, until there is a slot. */
  readonly #queue: CallMessage[] = []
  readonly #occupancy: Occupancy
  #isPolling = false
  /** The thread is being ended for the sake of a body that has just ended by itself. */
  #isDoomed = false

  constructor(boot: Boot) {
    this.executor = boot.executor
    this.#link = new Link(boot.port, boot.link.toParent, boot.link.toThread, {
      record: ({ a, b, c, values }) => this.#queueCall([toThread.call, a, b, c, values]),
      message: (message) => this.#receive(message),
    })
    this.#claims = new ClaimTable(boot.claims)
    this.#occupancy = new Occupancy(boot.tasksPerThread, () => this.#takeNext())
    this.link = new ParentLink((message, transfer) => this.post(message, transfer), this.#occupancy)
    this.proxy = new PoolProxy(boot, this.link)
  }

  listen(): void {
    this.#link.listen()
  }

  /** @throws what `postMessage` throws. */
  post(message: ToParent, transfer?: readonly Transferable[]): void {
    this.#link.post(message, transfer)
  }

  /** Lets a body that never yields see its cancel: takes in what was posted, once the claim table says there is one. */
  poll({ cell, id, cancellation }: TakenCall): void {
    if (cancellation.isCancelled) return
    if (cell >= 0 && !this.#claims.isAborted(cell, id)) return
    this.#isPolling = true
    this.#link.drain()
    this.#isPolling = false
  }

  succeeded(call: TakenCall, value: unknown): void {
    if (!this.#end(call)) return
    this.#answer(call, value)
    this.#takeNext()
  }

  failed(call: TakenCall, error: unknown, blame: Blame): void {
    if (!this.#end(call)) return
    this.#answerFailure(call, error, blame)
    this.#takeNext()
  }

  #answer(call: TakenCall, value: unknown): void {
    if (this.#link.write(call.id, 0, 0, [value])) return
    const owner = this.#ownerOf(call)
    const moved = transferOf([value])
    const refusal = refuseEmptied([value], () => 'result', moved, owner)
    if (refusal) {
      this.#answerFailure(call, refusal, 'infrastructure')
      return
    }
    try {
      if (moved?.length) this.post([toParent.result, call.id, value, moved], moved)
      else this.post([toParent.result, call.id, value])
    } catch (error) {
      const failure = cloneFailure(error, value, 'result', moved, owner)
      this.#answerFailure(call, failure, 'infrastructure')
    }
  }

  /** @throws {SerializationError} */
  progress(call: TakenCall, data: unknown): void {
    try {
      this.post([toParent.progress, call.id, data])
    } catch (error) {
      throw cloneFailure(error, data, 'progress', undefined, this.#ownerOf(call))
    }
  }

  #receive(message: ToThread): void {
    if (this.#isDoomed) return
    switch (message[0]) {
      case toThread.call:
        this.#queueCall(message)
        break
      case toThread.declare:
        this.#tasks[message[1]] = { name: message[2], module: message[3] }
        return
      case toThread.cancel:
        this.#taken.get(message[1])?.cancellation.cancel(decodeError(message[2]))
        return
      case toThread.ping:
        this.post([toParent.pong])
        break
      default:
        this.link.receive(message)
        break
    }
  }

  #queueCall(message: CallMessage): void {
    if (this.#isDoomed) return
    this.#queue.push(message)
    // A body that polls is in the middle of something: others start when it has yielded.
    if (this.#isPolling) queueMicrotask(() => this.#takeNext())
    else this.#takeNext()
  }

  #takeNext(): void {
    while (this.#queue.length > 0 && this.#occupancy.hasRoom && !this.#isDoomed) {
      this.#take(this.#queue.shift() as CallMessage)
    }
  }

  #take(message: CallMessage): void {
    const [, id, cell, number] = message
    const task = this.#tasks[number]
    if (task === undefined) return
    task.definition ??= registry.find(task.name)
    if (task.definition === undefined) {
      void this.#load(message, task)
    } else if (cell < 0 || this.#claims.claim(cell, id)) {
      this.#run(message, task.definition, this.#admit(id, cell, task.name))
    } else message[6]?.close()
  }

  async #load(
    message: CallMessage,
    { name, module }: { name: string; module: string | undefined },
  ): Promise<void> {
    const [, id, cell] = message
    if (cell >= 0 && !this.#claims.load(cell, id)) return message[6]?.close()
    const call = this.#admit(id, cell, name)
    try {
      const definition = await loadTask(name, module)
      if (cell < 0 || this.#claims.claim(cell, id)) this.#run(message, definition, call)
      else this.failed(call, call.cancellation.reason, 'infrastructure')
    } catch (error) {
      this.failed(call, error, 'infrastructure')
    }
  }

  #admit(id: number, cell: number, name: string): TakenCall {
    const call = { id, cell, name, cancellation: new Cancellation() }
    this.#taken.set(id, call)
    this.#occupancy.begin()
    return call
  }

  #run(message: CallMessage, definition: TaskDefinition, call: TakenCall): void {
    const [, , , , args, context, stream] = message
    if (context?.wantsStart) this.post([toParent.started, call.id])
    const body = new Body(this, call, definition, context as CallContext | undefined)
    if (stream) void body.stream(args, stream)
    else body.run(args)
  }

  /** @returns `false` when nothing may be done here any more. */
  #end(call: TakenCall): boolean {
    this.#taken.delete(call.id)
    this.#occupancy.end(call.id)
    call.cancellation.end()
    if (call.cell >= 0 && !this.#claims.end(call.cell, call.id)) this.#isDoomed = true
    return !this.#isDoomed
  }

  #answerFailure(call: TakenCall, error: unknown, blame: Blame): void {
    const where = `task '${call.name}', thread ${threadId} of '${this.executor}'`
    this.post([toParent.failure, call.id, encodeError(error, { where }), blame])
  }

  #ownerOf({ name }: TakenCall): ValueOwner {
    return { task: name, executor: this.executor, started: true }
  }
}
