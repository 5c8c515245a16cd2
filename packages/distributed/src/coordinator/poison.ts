import { createHash } from 'node:crypto'
import { PoisonTaskError } from '@conc/core'
import type { CallRequest } from './call-request.js'

/** What a call has done is remembered for so long. */
const memoryMs = 10 * 60_000
const mostRemembered = 10_000

interface Suspicion {
  strikes: number
  /** Somebody of several killed a worker. */
  isSuspect: boolean
  until: number
}

/** Which calls, by task and arguments, have cost workers their lives. */
export class PoisonRecord {
  readonly #executor: string
  readonly #limit: number
  readonly #clock: () => number
  readonly #known = new Map<string, Suspicion>()

  /** @param limit workers that the same call may cost. */
  constructor(executor: string, limit: number, clock: () => number) {
    this.#executor = executor
    this.#limit = limit
    this.#clock = clock
  }

  /** A worker died while these ran in it: a single one did it, of several nobody knows which. */
  died(begun: readonly CallRequest[]): void {
    const isCertain = begun.length === 1
    for (const request of begun) {
      const suspicion = this.#suspicionOf(request)
      if (isCertain) suspicion.strikes++
      suspicion.isSuspect = !isCertain
    }
  }

  /** It ran to its end: it is no suspect any more. */
  survived(request: CallRequest): void {
    if (this.#known.size === 0) return
    const suspicion = this.#find(request)
    if (suspicion) suspicion.isSuspect = false
  }

  /** Whether its next run is to have a worker to itself, so that one knows. */
  isSuspect(request: CallRequest): boolean {
    return this.#known.size > 0 && this.#find(request)?.isSuspect === true
  }

  /** The refusal of a call that has cost too much. */
  refusal(request: CallRequest): PoisonTaskError | undefined {
    if (this.#known.size === 0) return undefined
    const strikes = this.#find(request)?.strikes ?? 0
    if (strikes < this.#limit) return undefined
    const { task } = request
    const text = `Task '${task}' lost its worker ${strikes} times with these arguments and is not run again.`
    return new PoisonTaskError(text, { task, executor: this.#executor, started: false })
  }

  #find(request: CallRequest): Suspicion | undefined {
    const key = keyOf(request)
    const found = this.#known.get(key)
    if (found === undefined || found.until > this.#clock()) return found
    this.#known.delete(key)
    return undefined
  }

  #suspicionOf(request: CallRequest): Suspicion {
    const key = keyOf(request)
    const suspicion = this.#find(request) ?? { strikes: 0, isSuspect: false, until: 0 }
    suspicion.until = this.#clock() + memoryMs
    this.#known.delete(key)
    this.#known.set(key, suspicion)
    if (this.#known.size > mostRemembered) this.#forgetOldest()
    return suspicion
  }

  #forgetOldest(): void {
    for (const key of this.#known.keys()) {
      this.#known.delete(key)
      return
    }
  }
}

function keyOf({ task, args }: CallRequest): string {
  const hash = createHash('sha256')
  for (const chunk of args) hash.update(chunk)
  return `${task} ${hash.digest('base64')}`
}
