import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Transferable } from '@conc/core'
import { Lookout } from './lookout.js'
import { RingReader, type RingRecord, RingWriter } from './ring.js'

/** The two rings between a pool and one of its threads, as one end sees them. */
export interface LinkMemory {
  readonly in: SharedArrayBuffer
  readonly out: SharedArrayBuffer
}

/** What a message is about: how it begins. */
export interface Subject {
  readonly kind: number
  readonly number: number
}

/** A message begins with what it is and whose it is. */
export type LinkMessage = readonly [kind: number, number?: number, ...rest: unknown[]]

/** Told what arrives, in the order in which it was sent. */
export interface LinkSink<In extends LinkMessage> {
  /** Whether more is likely to come soon. */
  readonly expectsMore: boolean
  record(record: RingRecord): void
  message(message: In): void
  /** A message came that cannot be read here. What it was about is known, unless the ring was full. */
  unreadable(error: unknown, about: Subject | undefined): void
}

/** Sent where the other side sleeps and has something on its ring. */
const wakeUp = 0

/** A message that was too deep for the stack of this thread, and the like. */
class Unreadable {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}

/**
 * One end of the way between a pool and a thread. Small calls and answers go by a ring in shared memory, which costs
 * a tenth of a message and wakes nobody who is awake; all else is posted on a port. Both arrive as one sequence: each
 * record says how many messages were posted before it.
 */
export class Link<In extends LinkMessage, Out extends LinkMessage> {
  readonly #port: MessagePort
  readonly #writer: RingWriter
  readonly #reader: RingReader
  readonly #sink: LinkSink<In>
  readonly #lookout: Lookout
  #isTakingIn = false
  /** Since the last `flush()`. */
  #hasWritten = false
  #posted = 0
  #received = 0
  /** Taken from the port, and not yet their turn. */
  readonly #early: (In | Unreadable)[] = []
  /** What the next message is about. */
  #announced: RingRecord | undefined

  constructor(port: MessagePort, memory: LinkMemory, sink: LinkSink<In>) {
    this.#port = port
    this.#writer = new RingWriter(memory.out)
    this.#reader = new RingReader(memory.in)
    this.#sink = sink
    this.#lookout = new Lookout(this.#reader, () => this.#takeIn())
  }

  listen(): void {
    this.#port.on('message', (message: In | typeof wakeUp) => this.#woken(message))
    this.#port.on('messageerror', (error) => this.#arrived(new Unreadable(error)))
  }

  /**
   * Writes a small message, which is certain to be read once `flush()` was called.
   *
   * @returns `false` where it has to be posted; nothing was sent then.
   */
  write(a: number, b: number, values: readonly unknown[]): boolean {
    if (!this.#writer.write(this.#posted, a, b, values)) return false
    this.#hasWritten = true
    return true
  }

  /** Whether something was written that is not certain to be read. */
  get owesWake(): boolean {
    return this.#hasWritten
  }

  /** Wakes the other side if it sleeps: once for many, or it would fall asleep between any two of them. */
  flush(): void {
    if (!this.#hasWritten) return
    this.#hasWritten = false
    if (this.#writer.wakes()) this.#port.postMessage(wakeUp)
    if (!this.#isTakingIn && this.#sink.expectsMore) this.#lookout.begin()
  }

  /** @throws what `postMessage` throws; nothing was sent then. */
  post(message: Out, transfer?: readonly Transferable[]): void {
    // Should the message be unreadable over there, this still says whose it was.
    this.#writer.announce(this.#posted, message[0], message[1] ?? 0)
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

  #woken(message: In | typeof wakeUp): void {
    if (message === wakeUp) this.#takeIn()
    else this.#arrived(message)
  }

  #arrived(message: In | Unreadable): void {
    this.#early.push(message)
    this.#takeIn()
  }

  #takeIn(): void {
    this.#isTakingIn = true
    this.#lookout.end()
    let isAsleep = false
    try {
      do {
        this.#readRing()
        // What was written before a message is there when the message is.
        while (this.#early.length > 0) {
          this.#handle(this.#early.shift() as In | Unreadable)
          this.#readRing()
        }
      } while (!this.#rests())
      isAsleep = true
    } finally {
      this.#isTakingIn = false
      if (!isAsleep) this.#takeInSoon()
    }
  }

  #rests(): boolean {
    return this.#sink.expectsMore ? this.#lookout.rest() : this.#reader.sleep()
  }

  /** We count as awake, so nobody else will see to it. */
  #takeInSoon(): void {
    setImmediate(() => this.#takeIn())
  }

  #readRing(): void {
    while (this.#reader.hasMore) {
      if (this.#reader.after !== this.#received) {
        this.#handle(this.#next() ?? new Unreadable(new Error('A message was lost.')))
      } else if (this.#reader.isAnnouncement) this.#announced = this.#reader.take()
      else this.#sink.record(this.#reader.take())
    }
  }

  #handle(message: In | Unreadable): void {
    const announced = this.#announced
    this.#announced = undefined
    this.#received = (this.#received + 1) | 0
    if (!(message instanceof Unreadable)) this.#sink.message(message)
    else {
      const about = announced && { kind: announced.a, number: announced.b }
      this.#sink.unreadable(message.error, about)
    }
  }

  /** What comes next on the port; `undefined`: nothing is there. */
  #next(): In | Unreadable | undefined {
    if (this.#early.length > 0) return this.#early.shift()
    try {
      for (;;) {
        const next = receiveMessageOnPort(this.#port)
        if (next?.message !== wakeUp) return next?.message as In | undefined
        if (!this.#isTakingIn) this.#takeInSoon()
      }
    } catch (error) {
      return new Unreadable(error)
    }
  }
}
