import { MessageChannel, type ResourceLimits, Worker } from 'node:worker_threads'
import { InvalidOptionError, type Transferable, WorkerLostError } from '@conc/core'
import { currentFrame, type Frame, showWantedLevel, ThreadRecords } from '@conc/core/internal/base'
import { LinkPort } from '../linked/link-port.js'
import type { PortlessParts } from '../linked/messages.js'
import { unusedParts } from '../linked/unused-parts.js'
import type { SettledMessage, StartMessage, ThreadData, ThreadMessage } from './messages.js'

/** What a coroutine's thread is started with, beyond Node's defaults. */
export interface ThreadInit {
  readonly resourceLimits?: ResourceLimits | undefined
  readonly execArgv?: readonly string[] | undefined
  readonly env?: NodeJS.Dict<string> | undefined
}

/** Whom a thread tells of its one coroutine. */
export interface Occupant {
  settled(message: SettledMessage): void
  /** The thread is gone, or was before it began. */
  lost(error: WorkerLostError, exitCode: number): void
  /** Nothing more will come by the port, which is for the next one. */
  leavePort(): void
}

/** Who owns the thread and decides what becomes of it. */
export interface ThreadOwner {
  /** Somebody waits for the end of deliveries. */
  readonly isDraining: boolean
  released(thread: Thread, isReusable: boolean): void
  exited(thread: Thread): void
}

/** The life of one thread, seen from its parent. */
export class Thread {
  readonly isShared: boolean
  /** Of the channel between its coroutine and here. */
  readonly port: LinkPort
  /** The body has ended; its last items may still be on their way. */
  isSettled = false
  readonly #worker: Worker
  readonly #owner: ThreadOwner
  readonly #exit: Promise<void>
  #occupant: Occupant | undefined
  #last: SettledMessage | undefined
  /** Set by the thread. A message could be lost with a thread that exits soon after, as on newer Nodes. */
  readonly #ready: ThreadData['ready'] = new Int32Array(new SharedArrayBuffer(4))
  readonly #records = new ThreadRecords()
  /** What surrounded the start of its coroutine. */
  #frame: Frame | undefined
  #failure: unknown

  constructor(owner: ThreadOwner, init: ThreadInit, isShared: boolean) {
    this.isShared = isShared
    this.#owner = owner
    const { port1, port2 } = new MessageChannel()
    this.port = new LinkPort(port1)
    this.#worker = newWorker(init, {
      ready: this.#ready,
      port: port2,
      isShared,
      logs: this.#records.logs,
    })
    this.#worker.on('message', (message: ThreadMessage) => this.#receive(message))
    this.#worker.on('error', (error) => {
      this.#failure = error
    })
    this.#exit = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#exited(code)
        resolve()
      })
    })
  }

  get threadId(): number {
    return this.#worker.threadId
  }

  /** What the ends of its next channel are made of: the one here, and the one there. */
  newChannel(name: string, capacity: number): [PortlessParts, PortlessParts] {
    const [here, there] = unusedParts(name, capacity)
    return [here, { ...there, firstMessage: this.port.posted }]
  }

  /** @throws what `postMessage` throws. */
  start(message: StartMessage, transfer: readonly Transferable[], isDaemon: boolean): void {
    // Somebody may have begun to listen, which nobody is told.
    showWantedLevel()
    this.#worker.postMessage(message, transfer)
    this.#frame = currentFrame()
    this.isSettled = false
    this.hold(!isDaemon)
  }

  occupy(occupant: Occupant): void {
    this.#occupant = occupant
  }

  hold(isHeld: boolean): void {
    if (isHeld) this.#worker.ref()
    else this.#worker.unref()
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate()
    await this.#exit
  }

  #receive(message: ThreadMessage): void {
    if (message.type === 'settled') {
      // Its thread is free a moment later: who awaits the result and starts the next one gets it.
      if (message.isLast) this.#last = message
      else {
        // What is still to be delivered is no reason to stay.
        this.hold(this.#owner.isDraining)
        this.#settle(message)
      }
    } else if (message.type === 'said') this.#records.take(message.record, this.#frame)
    else {
      this.#frame = undefined
      this.#owner.released(this, message.isReusable)
      this.#settleLast()
      this.#occupant?.leavePort()
      this.#occupant = undefined
    }
  }

  #settle(message: SettledMessage): void {
    this.isSettled = true
    this.#occupant?.settled(message)
  }

  #settleLast(): void {
    const message = this.#last
    this.#last = undefined
    if (message) this.#settle(message)
  }

  #exited(exitCode: number): void {
    this.#owner.exited(this)
    this.#settleLast()
    const isReady = Atomics.load(this.#ready, 0) === 1
    const what = isReady ? 'ended before its coroutine' : 'could not start'
    const cause = this.#failure
    this.#occupant?.lost(
      new WorkerLostError(`A thread ${what} (exit code ${exitCode}).`, {
        exitCode,
        started: isReady,
        ...(cause !== undefined && { cause }),
      }),
      exitCode,
    )
    this.#occupant = undefined
    this.port.close()
  }
}

/** @throws {InvalidOptionError} flags of Node that no thread may have. */
function newWorker({ resourceLimits, execArgv, env }: ThreadInit, data: ThreadData): Worker {
  try {
    return new Worker(new URL('../inside/thread.entry.js', import.meta.url), {
      workerData: data,
      transferList: [data.port],
      ...(resourceLimits && { resourceLimits }),
      ...(execArgv && { execArgv: [...execArgv] }),
      ...(env && { env }),
    })
  } catch (error) {
    data.port.close()
    if (!hasCode(error, 'ERR_WORKER_INVALID_EXEC_ARGV')) throw error
    throw new InvalidOptionError('execArgv', 'flags of Node that a thread may have', execArgv)
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
