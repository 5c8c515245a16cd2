import { type DeadlockError, LockError } from '../errors.js'
import type { HeldName, Hold, Waiter } from './held-names.js'
import { Holdings } from './holdings.js'
import type { AcquireRequest, LockInfo, LockOwner, LockReply, LockRequest } from './lock-request.js'
import { UsedNames } from './used-names.js'
import { type LockWait, WaitGraph } from './wait-graph.js'

/** Told once what became of a request. */
export interface LockAnswer {
  granted(reply: LockReply): void
  refused(error: unknown): void
}

const nothing = (): void => {}
const toNobody: LockAnswer = { granted: nothing, refused: nothing }

/**
 * Who holds which name, and who waits for it, in order. Knows no socket, no process and no promise: requests come in with
 * their owner, answers go out once.
 */
export class LockHost {
  readonly #names = new UsedNames(() => this.#nextToken())
  readonly #holdings = new Holdings()
  readonly #graph = new WaitGraph()
  readonly #clock: () => number
  readonly #onWait: () => void
  #lastToken = 0

  /**
   * @param clock epoch ms; tokens grow with it, so that they do so over restarts too.
   * @param onWait called when somebody begins to wait.
   */
  constructor(clock: () => number = () => Date.now(), onWait: () => void = nothing) {
    this.#clock = clock
    this.#onWait = onWait
  }

  /** Names that are in use. */
  get size(): number {
    return this.#names.size
  }

  /**
   * Takes a request. The answer may come before this returns.
   *
   * @returns what gives the request up, as long as it waits.
   */
  request(request: LockRequest, owner: LockOwner, answer: LockAnswer): () => void {
    try {
      return this.#take(request, owner, answer)
    } catch (error) {
      answer.refused(error)
      return nothing
    }
  }

  /** Gives back what was granted under this token. Nobody is told where it is not held. */
  letGo(token: number, owner: LockOwner): void {
    this.request({ op: 'release', token }, owner, toNobody)
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#graph.size
  }

  /** Who holds and who waits. */
  inspect(namespace = ''): readonly LockInfo[] {
    return this.#names.inspect(namespace)
  }

  /** Ends the wait that began last with an error. @returns whether there was one. */
  refuseNewest(errorFor: (owner: LockOwner) => DeadlockError): boolean {
    const { newest } = this.#graph
    if (newest === undefined || !this.#graph.delete(newest)) return false
    newest.leave()
    newest.refuse(errorFor(newest.owner))
    return true
  }

  /** The owner is gone, and those within it: what they held passes on. @returns the names that were held. */
  ownerGone(id: string): readonly string[] {
    const names: string[] = []
    for (const one of this.#holdings.takeWithin(id)) {
      for (const wait of this.#graph.of(one)) {
        if (this.#graph.delete(wait)) wait.leave()
      }
      for (const hold of this.#holdings.of(one)) {
        names.push(hold.resource.name)
        this.#release(hold)
      }
    }
    return names
  }

  #take(request: LockRequest, owner: LockOwner, answer: LockAnswer): () => void {
    switch (request.op) {
      case 'acquire':
        return this.#acquire(request, owner, answer)
      case 'release':
        return done(answer, this.#release(this.#holdings.find(request.token, owner)))
      case 'downgrade':
        return done(answer, this.#downgrade(this.#holdings.find(request.token, owner)))
      case 'event':
        return done(answer, this.#event(request.name, request.action))
      case 'eventWait':
        return this.#awaitEvent(request.name, owner, answer)
      case 'barrierWait':
        return this.#arrive(request.name, request.parties, owner, answer)
      case 'barrierReset':
        return done(answer, this.#resetBarrier(request.name, request.parties))
      case 'inspect':
        return done(answer, this.inspect(request.namespace))
      case 'leave':
        return done(answer, this.ownerGone(owner.id))
      case 'renew':
        return done(answer, undefined)
    }
  }

  #acquire(request: AcquireRequest, owner: LockOwner, answer: LockAnswer): () => void {
    const resource = this.#names.held(request)
    try {
      resource.check(owner, request)
      const hold = resource.tryEnter(owner, request)
      if (hold) return done(answer, this.#holdings.add(hold, owner))
      if (request.isTry) return done(answer, undefined)
      this.#graph.refuseCycle(resource, owner)
    } catch (error) {
      this.#names.tidy(resource)
      throw error
    }
    return this.#queue(resource, request, owner, answer)
  }

  #queue(
    resource: HeldName,
    request: AcquireRequest,
    owner: LockOwner,
    answer: LockAnswer,
  ): () => void {
    const waiter: Waiter = {
      owner,
      request,
      granted: (hold) => {
        this.#graph.delete(wait)
        answer.granted(this.#holdings.add(hold, owner))
        this.#graph.breakCycles(resource, owner)
      },
    }
    const leave = (): void => {
      resource.leave(waiter)
      this.#names.tidy(resource)
    }
    const wait: LockWait = { owner, resource, leave, refuse: (error) => answer.refused(error) }
    resource.waiters.add(waiter)
    return this.#waits(wait)
  }

  #awaitEvent(name: string, owner: LockOwner, answer: LockAnswer): () => void {
    const event = this.#names.event(name)
    if (event.isSet) return done(answer, undefined)
    const key = {}
    const leave = (): void => {
      event.leave(key)
      this.#names.tidy(event)
    }
    const wait: LockWait = { owner, leave, refuse: (error) => answer.refused(error) }
    event.wait(key, owner, () => {
      this.#graph.delete(wait)
      answer.granted(undefined)
    })
    return this.#waits(wait)
  }

  #arrive(name: string, parties: number, owner: LockOwner, answer: LockAnswer): () => void {
    const barrier = this.#names.barrier(name, parties)
    const key = {}
    const wait: LockWait = {
      owner,
      leave: () => barrier.leave(key),
      refuse: (error) => answer.refused(error),
    }
    const end = this.#waits(wait)
    const over = (tell: () => void): void => {
      this.#graph.delete(wait)
      this.#names.tidy(barrier)
      tell()
    }
    try {
      barrier.wait(key, {
        owner,
        arrive: (index) => over(() => answer.granted(index)),
        broken: (error) => over(() => answer.refused(error)),
      })
    } catch (error) {
      over(() => answer.refused(error))
    }
    return end
  }

  /** Notes the wait. @returns what ends it; leaving happens once. */
  #waits(wait: LockWait): () => void {
    this.#graph.add(wait)
    this.#holdings.know(wait.owner)
    this.#onWait()
    return () => {
      if (this.#graph.delete(wait)) wait.leave()
    }
  }

  #release(hold: Hold | undefined): undefined {
    if (hold === undefined) return
    this.#holdings.delete(hold)
    hold.resource.release(hold)
    this.#names.tidy(hold.resource)
  }

  /** @throws {LockError} it is not the lock of a writer. */
  #downgrade(hold: Hold | undefined): number {
    if (!hold?.isWrite) throw new LockError('Only what was acquired for writing can be downgraded.')
    hold.resource.downgrade(hold)
    return hold.token
  }

  #event(name: string, action: 'set' | 'clear' | 'isSet'): boolean | undefined {
    const event = this.#names.event(name)
    if (action === 'set') event.set()
    if (action === 'clear') event.clear()
    const { isSet } = event
    this.#names.tidy(event)
    return action === 'isSet' ? isSet : undefined
  }

  #resetBarrier(name: string, parties: number): undefined {
    const barrier = this.#names.barrier(name, parties)
    barrier.reset()
    this.#names.tidy(barrier)
  }

  #nextToken(): number {
    this.#lastToken = Math.max(this.#lastToken + 1, this.#clock() * 1000)
    return this.#lastToken
  }
}

function done(answer: LockAnswer, reply: LockReply): () => void {
  answer.granted(reply)
  return nothing
}
