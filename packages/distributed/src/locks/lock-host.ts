import { DeadlockError, LockError } from '../errors.js'
import { BarrierState } from './barrier-state.js'
import { HeldName, type Hold, type Waiter } from './held-names.js'
import type { AcquireRequest, LockInfo, LockOwner, LockReply, LockRequest } from './lock-request.js'
import { SharedEventState } from './shared-event-state.js'

/** Told once what became of a request. */
export interface LockAnswer {
  granted(reply: LockReply): void
  refused(error: unknown): void
}

const mostNames = 10_000
const nothing = (): void => {}

/**
 * Who holds which name, and who waits for it, in order. Knows no socket, no process and no promise: requests come in with
 * their owner, answers go out once.
 */
export class LockHost {
  readonly #names = new Map<string, HeldName>()
  readonly #events = new Map<string, SharedEventState>()
  readonly #barriers = new Map<string, BarrierState>()
  readonly #holds = new Map<number, Hold>()
  /** By owner: what it waits for, and how it leaves. */
  readonly #waiting = new Map<string, Set<{ readonly resource?: HeldName; leave(): void }>>()
  readonly #held = new Map<string, Set<Hold>>()
  readonly #clock: () => number
  #lastToken = 0

  /** @param clock epoch ms; tokens grow with it, so that they do so over restarts too. */
  constructor(clock: () => number = () => Date.now()) {
    this.#clock = clock
  }

  /** Names that are in use. */
  get size(): number {
    return this.#names.size + this.#events.size + this.#barriers.size
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

  /** The owner is gone: what it held passes on. @returns how many names it held. */
  ownerGone(id: string): number {
    for (const { leave } of [...(this.#waiting.get(id) ?? [])]) leave()
    const holds = [...(this.#held.get(id) ?? [])]
    for (const hold of holds) this.#release(hold)
    return holds.length
  }

  #take(request: LockRequest, owner: LockOwner, answer: LockAnswer): () => void {
    switch (request.op) {
      case 'acquire':
        return this.#acquire(request, owner, answer)
      case 'release':
        return this.#done(answer, this.#release(this.#holdOf(request.token, owner)))
      case 'downgrade':
        return this.#done(answer, this.#downgrade(this.#holdOf(request.token, owner)))
      case 'event':
        return this.#done(answer, this.#event(request.name, request.action))
      case 'eventWait':
        return this.#awaitEvent(request.name, owner, answer)
      case 'barrierWait':
        return this.#arrive(request.name, request.parties, owner, answer)
      case 'barrierReset':
        return this.#done(answer, this.#resetBarrier(request.name, request.parties))
      case 'inspect':
        return this.#done(answer, this.#inspect(request.namespace))
    }
  }

  #acquire(request: AcquireRequest, owner: LockOwner, answer: LockAnswer): () => void {
    const key = `${request.kind === 'read' || request.kind === 'write' ? 'rw' : request.kind} ${request.name}`
    const resource = this.#resource(key, request)
    resource.check(request)
    const hold = resource.tryEnter(owner, request)
    if (hold) return this.#done(answer, this.#note(hold, owner))
    if (request.isTry) return this.#done(answer, undefined)
    const waiter: Waiter = {
      owner,
      request,
      granted: (made) => {
        end()
        answer.granted(this.#note(made, owner))
      },
    }
    this.#refuseCycle(resource, owner)
    resource.waiters.add(waiter)
    const end = this.#waits(
      owner,
      () => {
        resource.leave(waiter)
        this.#tidy(resource)
      },
      resource,
    )
    return end
  }

  #resource(key: string, request: AcquireRequest): HeldName {
    const known = this.#names.get(key)
    if (known) return known
    this.#makeRoom(request.name)
    const made = new HeldName(key, request, () => this.#nextToken())
    this.#names.set(key, made)
    return made
  }

  #awaitEvent(name: string, owner: LockOwner, answer: LockAnswer): () => void {
    const event = this.#eventOf(name)
    if (event.isSet) return this.#done(answer, undefined)
    const key = {}
    const end = this.#waits(owner, () => {
      event.leave(key)
      this.#tidyEvent(event)
    })
    event.wait(key, owner, () => {
      end()
      answer.granted(undefined)
    })
    return end
  }

  #arrive(name: string, parties: number, owner: LockOwner, answer: LockAnswer): () => void {
    const barrier = this.#barrierOf(name, parties)
    const key = {}
    const end = this.#waits(owner, () => barrier.leave(key))
    const over = (tell: () => void): void => {
      end()
      this.#tidyBarrier(barrier)
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

  /** Notes that the owner waits. @returns what ends the wait; leaving happens once. */
  #waits(owner: LockOwner, leave: () => void, resource?: HeldName): () => void {
    const waits = this.#waiting.get(owner.id) ?? new Set()
    this.#waiting.set(owner.id, waits)
    const end = (): void => {
      if (!waits.delete(wait)) return
      if (waits.size === 0 && this.#waiting.get(owner.id) === waits) this.#waiting.delete(owner.id)
      leave()
    }
    const wait = { leave: end, ...(resource && { resource }) }
    waits.add(wait)
    return end
  }

  #note(hold: Hold, owner: LockOwner): number {
    // One that an ancestor shares stays the ancestor's.
    if (hold.owner.id !== owner.id || this.#holds.has(hold.token)) return hold.token
    this.#holds.set(hold.token, hold)
    const held = this.#held.get(owner.id) ?? new Set()
    held.add(hold)
    this.#held.set(owner.id, held)
    return hold.token
  }

  /** @throws {LockError} it is not held, or by another. */
  #holdOf(token: number, owner: LockOwner): Hold | undefined {
    const hold = this.#holds.get(token)
    if (hold === undefined) throw new LockError('It is not held any more: it was released before.')
    if (hold.owner.id === owner.id) return hold
    if (hold.delegate && [...owner.ancestors()].includes(hold.owner.id)) return undefined
    throw new LockError(`'${hold.resource.name}' is held by another: ${hold.owner.id}.`)
  }

  #release(hold: Hold | undefined): undefined {
    if (hold === undefined) return
    const { owner, token, resource } = hold
    this.#holds.delete(token)
    const held = this.#held.get(owner.id)
    held?.delete(hold)
    if (held?.size === 0) this.#held.delete(owner.id)
    resource.release(hold)
    this.#tidy(resource)
  }

  /** @throws {LockError} it is not the lock of a writer. */
  #downgrade(hold: Hold | undefined): number {
    if (!hold?.isWrite) throw new LockError('Only what was acquired for writing can be downgraded.')
    hold.resource.downgrade(hold)
    return hold.token
  }

  #event(name: string, action: 'set' | 'clear' | 'isSet'): boolean | undefined {
    const event = this.#eventOf(name)
    if (action === 'set') event.set()
    if (action === 'clear') event.clear()
    const { isSet } = event
    this.#tidyEvent(event)
    return action === 'isSet' ? isSet : undefined
  }

  #resetBarrier(name: string, parties: number): undefined {
    const barrier = this.#barrierOf(name, parties)
    barrier.reset()
    this.#tidyBarrier(barrier)
  }

  #inspect(namespace: string): readonly LockInfo[] {
    const all = [...this.#names.values(), ...this.#events.values(), ...this.#barriers.values()]
    return all.filter(({ name }) => name.startsWith(namespace)).map((one) => one.info())
  }

  /** Whoever comes to wait closes the cycle, if there is one: it would never end. */
  #refuseCycle(resource: HeldName, owner: LockOwner): void {
    const chain = this.#pathTo(owner.id, resource, new Set())
    if (chain === undefined) return
    throw new DeadlockError(
      `Waiting for '${resource.name}' would never end: ${[owner.id, ...chain].join(' → ')}.`,
      { chain: [owner.id, ...chain] },
    )
  }

  #pathTo(target: string, resource: HeldName, seen: Set<string>): string[] | undefined {
    for (const { owner } of resource.holds) {
      const path = this.#pathFrom(owner, target, seen)
      if (path) return [resource.name, ...path]
    }
    return undefined
  }

  #pathFrom(owner: LockOwner, target: string, seen: Set<string>): string[] | undefined {
    if (owner.id === target) return [owner.id]
    if (seen.has(owner.id)) return undefined
    seen.add(owner.id)
    const awaited = [owner.id, ...owner.awaited()]
    if (awaited.includes(target)) return [owner.id, target]
    for (const id of awaited) {
      for (const { resource } of this.#waiting.get(id) ?? []) {
        const path = resource && this.#pathTo(target, resource, seen)
        if (path) return [owner.id, ...path]
      }
    }
    return undefined
  }

  #eventOf(name: string): SharedEventState {
    return this.#found(this.#events, name, () => new SharedEventState(name))
  }

  #barrierOf(name: string, parties: number): BarrierState {
    const barrier = this.#found(this.#barriers, name, () => new BarrierState(name, parties))
    barrier.check(parties)
    return barrier
  }

  #found<T>(all: Map<string, T>, name: string, make: () => T): T {
    const known = all.get(name)
    if (known) return known
    this.#makeRoom(name)
    const made = make()
    all.set(name, made)
    return made
  }

  /** @throws {LockError} too many names are in use. */
  #makeRoom(name: string): void {
    if (this.size < mostNames) return
    throw new LockError(`'${name}' would be one more than ${mostNames} names in use.`)
  }

  #tidy(resource: HeldName): void {
    if (resource.isUnused) this.#names.delete(resource.key)
  }

  #tidyEvent(event: SharedEventState): void {
    if (event.isUnused) this.#events.delete(event.name)
  }

  #tidyBarrier(barrier: BarrierState): void {
    if (barrier.isUnused) this.#barriers.delete(barrier.name)
  }

  #nextToken(): number {
    this.#lastToken = Math.max(this.#lastToken + 1, this.#clock() * 1000)
    return this.#lastToken
  }

  #done(answer: LockAnswer, reply: LockReply): () => void {
    answer.granted(reply)
    return nothing
  }
}
