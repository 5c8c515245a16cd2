import { AsyncResource } from 'node:async_hooks'
import { decodeError } from '@conc/core'
import type { TaskDefinition } from '@conc/core/internal'
import { bodyId } from '../between/body-ids.js'
import { CallTable } from '../between/call-table.js'
import { ClaimTable } from '../between/claim-table.js'
import { Link, type Subject } from '../between/link.js'
import {
  type Blame,
  type Boot,
  type CallMessage,
  type ToParent,
  type ToThread,
  toParent,
  toThread,
} from '../between/messages.js'
import { briefCall } from '../between/records.js'
import type { RingRecord } from '../between/ring.js'
import { Answers } from './answers.js'
import { Body } from './body.js'
import { KnownTasks } from './known-tasks.js'
import { Occupancy } from './occupancy.js'
import { ParentLink } from './parent-link.js'
import { PoolProxy } from './pool-proxy.js'
import { ThreadLog } from './thread-log.js'

/** Serves the calls of one thread: takes them up one after the other, runs their bodies, answers. */
export class ThreadServer {
  readonly executor: string
  readonly proxy: PoolProxy
  readonly link: ParentLink
  readonly log: ThreadLog
  readonly #tag: string
  readonly #link: Link<ToThread, ToParent>
  readonly #claims: ClaimTable
  readonly #answers: Answers
  readonly #tasks = new KnownTasks()
  readonly #bodies = new CallTable<Body>()
  /** Calls that were sent ahead, until there is a slot. */
  readonly #queue: CallMessage[] = []
  readonly #occupancy: Occupancy
  #lastBody = 0
  /** Out of the context of the body that makes room: what begins has nothing to do with it. */
  readonly #takeNextOutside: () => void = AsyncResource.bind(() => this.#takeNext())
  #isTaking = false
  #isPolling = false
  /** The thread is being ended for the sake of a body that has just ended by itself. */
  #isDoomed = false

  constructor(boot: Boot) {
    this.executor = boot.executor
    this.#tag = boot.tag
    this.#claims = new ClaimTable(boot.claims)
    this.#link = new Link(boot.port, boot.memory, {
      expectsMore: true,
      record: (record) => this.#record(record),
      message: (message) => this.#receive(message),
      unreadable: (error, about) => this.#unreadable(error, about),
    })
    this.log = new ThreadLog(boot, this.#link)
    this.#answers = new Answers(this.#link, boot.executor)
    this.#occupancy = new Occupancy(boot.tasksPerThread, this.#takeNextOutside)
    this.link = new ParentLink(this.#link, this.#occupancy, boot.executor)
    this.proxy = new PoolProxy(boot, this.link)
  }

  listen(): void {
    this.#link.listen()
  }

  /** Made when somebody asks for it. */
  idOf({ id }: Body): string {
    return bodyId(this.#tag, ++this.#lastBody, id)
  }

  /** Lets a body that never yields see its cancel: takes in what was posted, once the claim table says there is one. */
  poll({ id, cancellation }: Body): void {
    if (cancellation.isCancelled || !this.#claims.isAborted(id)) return
    this.#isPolling = true
    this.#link.drain()
    this.#isPolling = false
  }

  succeeded(body: Body, value: unknown): void {
    const canHandOver = this.#canHandOver(body)
    if (!this.#end(body)) return
    if (canHandOver && this.#answers.handedOver(body, value)) {
      this.link.succeeded(body.answers as number, value)
    } else this.#answers.result(body, value)
    this.#takeNext()
  }

  failed(body: Body, error: unknown, blame: Blame): void {
    if (!this.#end(body)) return
    this.#answers.failure(body, error, blame)
    this.#takeNext()
  }

  /** @throws {SerializationError} */
  progress(body: Body, data: unknown): void {
    this.#answers.progress(body, data)
  }

  #record(record: RingRecord): void {
    const call = briefCall(record)
    if (call) {
      const { task, args, context, answers } = call
      this.#arrived([toThread.call, record.a, task, args, context, undefined, answers])
    } else if (!this.#isDoomed) this.link.succeeded(record.a, record.values[0])
  }

  #receive(message: ToThread): void {
    if (this.#isDoomed) return
    switch (message[0]) {
      case toThread.call:
        this.#arrived(message)
        break
      case toThread.declare:
        this.#tasks.declare(message[1], message[2], message[3])
        break
      case toThread.cancel:
        this.#bodies.get(message[1])?.cancellation.cancel(decodeError(message[2]))
        break
      case toThread.ping:
        this.#link.post([toParent.pong])
        break
      default:
        this.link.receive(message)
        break
    }
  }

  /** Too deep for the stack of this thread, and the like: whoever waits for it has to know. */
  #unreadable(cause: unknown, about: Subject | undefined): void {
    if (about === undefined) throw cause
    const { kind, number } = about
    if (kind === toThread.call) this.#answers.unreadable(number, cause)
    else if (kind === toThread.nestedResult || kind === toThread.nestedFailure) {
      this.link.unreadable(number, cause)
    } else if (kind === toThread.cancel) this.#bodies.get(number)?.cancellation.cancel(cause)
  }

  #arrived(call: CallMessage): void {
    if (this.#isDoomed) return
    this.#queue.push(call)
    // A body that polls is in the middle of something: others start when it has yielded.
    if (this.#isPolling) queueMicrotask(this.#takeNextOutside)
    else this.#takeNext()
  }

  #takeNext(): void {
    // A body that ends at once comes back here: the outer loop goes on, the stack stays flat.
    if (this.#isTaking) return
    this.#isTaking = true
    while (this.#queue.length > 0 && this.#occupancy.hasRoom && !this.#isDoomed) {
      this.#take(this.#queue.shift() as CallMessage)
    }
    this.#isTaking = false
  }

  #take(call: CallMessage): void {
    const [, id, task] = call
    const definition = this.#tasks.find(task)
    if (definition === undefined) void this.#load(call)
    else if (this.#claims.claim(id)) this.#run(call, definition, this.#admit(call))
    else drop(call)
  }

  async #load(call: CallMessage): Promise<void> {
    const [, id, task] = call
    if (!this.#claims.load(id)) return drop(call)
    const body = this.#admit(call)
    try {
      const definition = await this.#tasks.load(task)
      if (this.#claims.claim(id)) this.#run(call, definition, body)
      else this.failed(body, body.cancellation.reason, 'infrastructure')
    } catch (error) {
      this.failed(body, error, 'infrastructure')
    }
  }

  #admit([, id, task, , , , answers]: CallMessage): Body {
    const body = new Body(this, id, this.#tasks.nameOf(task), answers)
    this.#bodies.add(body)
    this.#occupancy.begin()
    return body
  }

  #run(call: CallMessage, definition: TaskDefinition, body: Body): void {
    const [, , , args, context, stream] = call
    if (context?.wantsStart) this.#answers.started(body)
    if (stream) void body.stream(definition, args, context, stream)
    else body.run(definition, args, context)
  }

  /** Whether the result can go straight to the body here that waits for it, and the slot with it; the pool is told. */
  #canHandOver({ id, answers }: Body): boolean {
    return answers !== undefined && this.#occupancy.isRunning(id) && this.link.isAwaited(answers)
  }

  /** @returns `false` when nothing may be done here any more. */
  #end(body: Body): boolean {
    this.#bodies.delete(body)
    this.#occupancy.end(body.id)
    body.cancellation.end()
    if (!this.#claims.end(body.id)) this.#isDoomed = true
    return !this.#isDoomed
  }
}

/** It was withdrawn. */
function drop(call: CallMessage): void {
  call[5]?.port.close()
}
