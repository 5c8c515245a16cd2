import { createHash } from 'node:crypto'
import { IdempotencyConflictError } from '@conc/core'
import type { Bytes, LiveBody, RecordLevel } from '@conc/core/internal'
import type { CallRoute, SentCall } from '../../calls/call-route.js'
import { refusedCall } from '../../calls/refused-call.js'
import type { CallOwner, CallRequest, Ending } from '../../coordinator/call-request.js'
import type { Fault } from '../../coordinator/fault.js'

const keptMs = 10 * 60_000
const mostKeys = 10_000
const mostBytes = 16 * 1024 * 1024

/**
 * Calls with an idempotency key: a duplicate joins the one that runs, or gets its outcome, which is kept for 10 minutes. What the
 * infrastructure did to a call is no outcome. Calls without a key pass by.
 */
export class KeyedRoute implements CallRoute {
  readonly #inner: CallRoute
  readonly #executor: string
  readonly #now: () => number
  readonly #shared = new Map<string, SharedCall>()
  #byteLength = 0

  constructor(inner: CallRoute, executor: string, now: () => number = () => performance.now()) {
    this.#inner = inner
    this.#executor = executor
    this.#now = now
  }

  send(request: CallRequest, owner: CallOwner): SentCall {
    const { idempotencyKey, task, kind } = request
    if (idempotencyKey === undefined || kind !== 'call') return this.#inner.send(request, owner)
    this.#expire()
    const key = JSON.stringify([task, idempotencyKey])
    const hash = hashOf(request.args)
    const shared = this.#shared.get(key)
    if (shared === undefined || shared.isOverFor(request))
      return this.#lead(key, hash, request, owner)
    if (shared.hash === hash) return shared.join(owner)
    const text = `Task '${task}' was called with idempotency key '${idempotencyKey}' and other arguments before.`
    return refusedCall(
      owner,
      new IdempotencyConflictError(text, { task, executor: this.#executor }),
    )
  }

  #lead(key: string, hash: string, request: CallRequest, owner: CallOwner): SentCall {
    const known = this.#shared.get(key)
    if (known) this.#forget(key, known)
    const shared = new SharedCall(hash, request.attempt, (ending) =>
      this.#ended(key, shared, ending),
    )
    this.#shared.set(key, shared)
    const participant = shared.join(owner)
    shared.sent = this.#inner.send(request, shared)
    return participant
  }

  #ended(key: string, shared: SharedCall, ending: Ending): void {
    const isOutcome = ending.ok || (ending.phase === 'body' && !shared.isCancelled)
    if (!isOutcome || this.#shared.get(key) !== shared) return void this.#forget(key, shared)
    shared.keptUntil = this.#now() + keptMs
    this.#byteLength += shared.keep(ending)
    this.#expire()
  }

  /** Those that came first go first; one that runs is never dropped. */
  #expire(): void {
    const now = this.#now()
    for (const [key, shared] of this.#shared) {
      const isTooMuch = this.#shared.size > mostKeys || this.#byteLength > mostBytes
      if (!isTooMuch && shared.keptUntil > now) return
      if (shared.hasEnded) this.#forget(key, shared)
    }
  }

  #forget(key: string, shared: SharedCall): void {
    if (this.#shared.get(key) !== shared) return
    this.#shared.delete(key)
    this.#byteLength -= shared.byteLength
  }
}

/** One run that several callers wait for. It is cancelled when none of them wants it any more. */
class SharedCall implements CallOwner {
  readonly hash: string
  sent: SentCall | undefined
  isCancelled = false
  keptUntil = Number.POSITIVE_INFINITY
  byteLength = 0
  readonly #attempt: number
  readonly #onEnd: (ending: Ending) => void
  readonly #owners = new Set<CallOwner>()
  #ending: Ending | undefined

  constructor(hash: string, attempt: number, onEnd: (ending: Ending) => void) {
    this.hash = hash
    this.#attempt = attempt
    this.#onEnd = onEnd
  }

  /** Of whoever asked first. */
  get origin(): LiveBody | undefined {
    const [owner] = this.#owners
    return owner?.origin
  }

  get hasEnded(): boolean {
    return this.#ending !== undefined
  }

  /** Whether this call has to run for itself: the other is being cancelled, or has failed and this is its next attempt. */
  isOverFor({ attempt }: CallRequest): boolean {
    if (this.#ending === undefined) return this.isCancelled
    return !this.#ending.ok && attempt > this.#attempt
  }

  join(owner: CallOwner): SentCall {
    const ending = this.#ending
    if (ending) queueMicrotask(() => owner.ended(ending))
    else this.#owners.add(owner)
    const shared = this
    return {
      get isStarted() {
        return shared.sent?.isStarted === true
      },
      cancel: (reason) => this.#leave(owner, reason),
      tell: () => {},
    }
  }

  started(worker?: string | number): void {
    for (const owner of this.#owners) owner.started?.(worker)
  }

  progress(data: Bytes): void {
    for (const owner of this.#owners) owner.progress?.(data)
  }

  log(level: RecordLevel, record: Bytes): void {
    for (const owner of this.#owners) owner.log?.(level, record)
  }

  ended(ending: Ending): void {
    const owners = [...this.#owners]
    this.#owners.clear()
    this.#onEnd(ending)
    for (const owner of owners) owner.ended(ending)
  }

  /** @returns its size. The bytes are copied: they are a view of all that came with them. */
  keep(ending: Ending): number {
    if (!ending.ok) {
      this.#ending = ending
      this.byteLength = sizeOf(ending.fault.bytes)
    } else {
      const value = Buffer.concat(ending.value)
      this.#ending = { ok: true, value: [value] }
      this.byteLength = value.byteLength
    }
    return this.byteLength
  }

  #leave(owner: CallOwner, reason: Fault): void {
    if (!this.#owners.has(owner)) return
    if (this.#owners.size === 1) {
      // The last one waits for the end of the body, as every cancelled call does.
      this.isCancelled = true
      this.sent?.cancel(reason)
      return
    }
    this.#owners.delete(owner)
    queueMicrotask(() => owner.ended({ ok: false, phase: 'reject', started: false, fault: reason }))
  }
}

function hashOf(args: Bytes): string {
  const hash = createHash('sha256')
  for (const chunk of args) hash.update(chunk)
  return hash.digest('base64')
}

function sizeOf(bytes: Bytes): number {
  return bytes.reduce((sum, chunk) => sum + chunk.byteLength, 0)
}
