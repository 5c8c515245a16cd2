import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Transferable } from '@conc/core'
import { RingReader, type RingRecord, RingWriter } from './ring.js'

/** Memory of both directions between a pool and one of its threads. */
export interface LinkMemory {
  readonly toThread: SharedArrayBuffer
  readonly toParent: SharedArrayBuffer
}

/** Told what arrives, in the order in which it was sent. */
export interface LinkSink<In> {
  record(record: RingRecord): void
  message(message: In): void
}

/** Sent where the other side sleeps and has something on its ring. */
const wakeUp = 0

/**
 * One end of the way between a pool and a thread. Small calls and answers go by a ring in shared memory, which costs
 * a tenth of a message and wakes nobody who is awake; all else is posted on a port. Both arrive as one sequence: each
 * record says how many messages were posted before it.
 */
export class Link<In, Out> {
  readonly #port: MessagePort
  readonly #writer: RingWriter
  readonly #reader: RingReader
  readonly #sink: LinkSink<In>
  #posted = 0
  #received = 0
  /** Taken from the port, and not yet their turn. */
  readonly #early: In[] = []

  constructor(
    port: MessagePort,
    out: SharedArrayBuffer,
    incoming: SharedArrayBuffer,
    sink: LinkSink<In>,
  ) {
    this.#port = port
    this.#writer = new RingWriter(out)
    this.#reader = new RingReader(incoming)
    this.#sink = sink
  }

  listen(): void {
    this.#port.on('message', (message: In | typeof wakeUp) =>
      message === wakeUp ? this.#takeIn() : this.#arrived(message),
    )
  }

  /** Writes a small message. @returns `false` where it has to be posted; nothing was sent then. */
  write(a: number, b: number, values: readonly unknown[]): boolean {
    if (!this.#writer.write(this.#posted, a, b, values)) return false
    if (this.#writer.wakes()) this.#port.postMessage(wakeUp)
    return true
  }

  /** @throws what `postMessage` throws; nothing was sent then. */
  post(message: Out, transfer?: readonly Transferable[]): void {
    if (transfer?.length) this.#port.postMessage(message, transfer)
    else this.#port.postMessage(message)
    this.#posted = (this.#posted + 1) | 0
  }

  /** Takes in everything that was sent until now, also while a message is being handled. */
  drain(): void {
    this.#readRing()
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#handle(next)
      this.#readRing()
    }
  }

  close(): void {
    this.#port.close()
  }

  #arrived(message: In): void {
    this.#early.push(message)
    this.#takeIn()
  }

  #takeIn(): void {
    let isDone = false
    try {
      do {
        this.#readRing()
        // What was written before a message is there when the message is.
        while (this.#early.length > 0) {
          this.#handle(this.#early.shift() as In)
          this.#readRing()
        }
      } while (!this.#reader.sleep())
      isDone = true
    } finally {
      // Nobody would wake us again.
      if (!isDone) setImmediate(() => this.#takeIn())
    }
  }

  #readRing(): void {
    while (this.#reader.hasMore) {
      if (this.#reader.after === this.#received) this.#sink.record(this.#reader.take())
      else this.#handle(this.#next() as In)
    }
  }

  #handle(message: In): void {
    this.#received = (this.#received + 1) | 0
    this.#sink.message(message)
  }

  /** What comes next on the port; `undefined`: nothing is there. */
  #next(): In | undefined {
    if (this.#early.length > 0) return this.#early.shift()
    for (;;) {
      const next = receiveMessageOnPort(this.#port)
      if (next?.message !== wakeUp) return next?.message as In | undefined
    }
  }
}
