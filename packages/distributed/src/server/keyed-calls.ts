import { createHash } from 'node:crypto'
import { IdempotencyConflictError } from '@conc/core'
import type { Bytes } from '@conc/core/internal'
import type { Ending } from '../coordinator/call-request.js'
import type { ServedCall } from './served-call.js'

const keyLimits: {
  readonly keptMs: number
  readonly count: number
  readonly bytes: number
} = { keptMs: 600_000, count: 10_000, bytes: 16 * 1024 * 1024 }

interface Entry {
  readonly args: string
  /** The one that runs, or that ran. */
  leader: ServedCall
  readonly followers: Set<ServedCall>
  ending: Ending | undefined
  byteLength: number
  keptUntil: number
}

/**
 * Calls with an idempotency key: a duplicate joins the one that runs, or gets the outcome, which is kept for 10 minutes.
 * Keys are per task and identity. What the infrastructure did to a call is no outcome.
 */
export class KeyedCalls {
  readonly #run: (call: ServedCall) => void
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()
  #byteLength = 0

  /** @param run gives a call to the executor. */
  constructor(run: (call: ServedCall) => void, now: () => number = Date.now) {
    this.#run = run
    this.#now = now
  }

  accept(call: ServedCall, identity: string | undefined): void {
    const { task, idempotencyKey } = call.request
    const key = JSON.stringify([identity ?? '', task, idempotencyKey])
    const args = hashOf(call.request.args)
    this.#expire()
    const entry = this.#entries.get(key)
    if (entry === undefined) this.#lead(key, args, call)
    else if (entry.args !== args) call.refuse(conflict(call))
    else if (entry.ending === undefined) entry.followers.add(call)
    else if (isNextAttempt(call, entry)) {
      this.#forget(key, entry)
      this.#lead(key, args, call)
    } else call.follow(entry.ending)
  }

  #lead(key: string, args: string, call: ServedCall): void {
    const entry: Entry = {
      args,
      leader: call,
      followers: new Set(),
      ending: undefined,
      byteLength: 0,
      keptUntil: Number.POSITIVE_INFINITY,
    }
    this.#entries.set(key, entry)
    this.#start(key, entry)
  }

  #start(key: string, entry: Entry): void {
    entry.leader.onEnd = (ending) => this.#ended(key, entry, ending)
    this.#run(entry.leader)
  }

  #ended(key: string, entry: Entry, ending: Ending): void {
    const next = entry.leader.isCancelled ? takeLive(entry.followers) : undefined
    if (next) {
      // Whoever asked first wants it no more; the others still do.
      entry.leader = next
      this.#start(key, entry)
      return
    }
    for (const follower of entry.followers) follower.follow(ending)
    entry.followers.clear()
    if (isOutcome(entry.leader, ending)) this.#keep(entry, ending)
    else this.#forget(key, entry)
  }

  #keep(entry: Entry, ending: Ending): void {
    entry.ending = ending
    entry.byteLength = sizeOf(ending.ok ? ending.value : ending.fault.bytes)
    entry.keptUntil = this.#now() + keyLimits.keptMs
    this.#byteLength += entry.byteLength
    this.#expire()
  }

  #expire(): void {
    const now = this.#now()
    for (const [key, entry] of this.#entries) {
      const isTooMuch = this.#entries.size > keyLimits.count || this.#byteLength > keyLimits.bytes
      if (!isTooMuch && entry.keptUntil > now) break
      if (entry.ending !== undefined) this.#forget(key, entry)
    }
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) !== entry) return
    this.#entries.delete(key)
    this.#byteLength -= entry.byteLength
  }
}

function takeLive(followers: Set<ServedCall>): ServedCall | undefined {
  for (const follower of followers) {
    followers.delete(follower)
    if (!follower.isSettled && !follower.isCancelled) return follower
  }
  return undefined
}

/** A body that failed is run again by whoever repeats the call, and told to others. */
function isNextAttempt(call: ServedCall, { leader, ending }: Entry): boolean {
  return ending?.ok === false && call.request.attempt > leader.request.attempt
}

function isOutcome(leader: ServedCall, ending: Ending): boolean {
  return ending.ok || (ending.phase === 'body' && !leader.isCancelled)
}

function hashOf(args: Bytes): string {
  const hash = createHash('sha256')
  for (const chunk of args) hash.update(chunk)
  return hash.digest('base64')
}

function sizeOf(bytes: Bytes): number {
  return bytes.reduce((sum, chunk) => sum + chunk.byteLength, 0)
}

function conflict({ request }: ServedCall): IdempotencyConflictError {
  const { task, idempotencyKey } = request
  return new IdempotencyConflictError(
    `Task '${task}' was called with idempotency key '${idempotencyKey}' and other arguments before.`,
    { task },
  )
}
