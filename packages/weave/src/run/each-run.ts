import { TaskCancelledError } from '@conc/core'
import type { Cancellation } from '@conc/core/internal'
import { WeavePendingLimitError } from '../errors.js'
import { optionsOf } from '../plan/graph.js'
import { following } from './following.js'
import type { Entrant, Hold, Ticket } from './gate.js'
import type { Host } from './host.js'
import { ItemCalls, type ItemOwner } from './item-calls.js'
import type { MappedRun } from './mapped-run.js'
import { Pace } from './pace.js'

/** The run of one mapped task: starts items in order while there is room, and collects what they give. */
export abstract class EachRun implements Entrant, ItemOwner, MappedRun {
  readonly results: unknown[]
  readonly durations: number[] | undefined
  protected readonly host: Host
  protected readonly task: number
  /** Whether results still count. */
  isOpen = true
  readonly #workers: number
  readonly #priority: number
  readonly #pace: Pace | undefined
  /** Tells the bodies of the items to stop. */
  readonly #cancellation: Cancellation
  readonly #untie: (() => void) | undefined
  readonly #calls: ItemCalls
  #isStanding = false
  #ticket: Ticket | undefined
  #started = 0
  #settled = 0
  /** Items whose bodies have not ended. */
  #inFlight = 0
  #isExhausted = false

  constructor(host: Host, task: number, isDirect: boolean, count: number | undefined) {
    const options = optionsOf(host.graph, task)
    this.host = host
    this.task = task
    this.results = new Array(count ?? 0)
    this.durations = host.observer && []
    this.#workers = options.workers ?? Number.POSITIVE_INFINITY
    this.#priority = options.priority ?? 0
    const perMinute = options.perMinute ?? options.limitPerMinute ?? Number.POSITIVE_INFINITY
    if (perMinute !== Number.POSITIVE_INFINITY) this.#pace = new Pace(perMinute, host.alarms)
    const own = host.isIndependent ? following(host.cancellation) : undefined
    this.#cancellation = own?.cancellation ?? host.cancellation
    this.#untie = own?.untie
    this.#calls = new ItemCalls(host, task, this, {
      isDirect: isDirect && own === undefined,
      cancellation: this.#cancellation,
      pace: this.#pace,
    })
  }

  get count(): number {
    return this.#started
  }

  /** Starts what may start now. */
  abstract start(): void
  /** The turn of the item that was read has come. */
  protected abstract startNext(hold: Hold | undefined): void

  /** The run is over, or an item failed: no item starts any more. */
  stop(): void {
    this.isOpen = false
    this.#ticket?.leave()
  }

  enter(hold: Hold | undefined): void {
    this.#isStanding = false
    this.#ticket = undefined
    if (!this.isOpen) {
      hold?.end()
      this.#pace?.passed()
      return
    }
    this.startNext(hold)
    this.#pace?.started()
    if (this.isOpen) this.start()
  }

  /** Whether an item has to wait for more than its place in the order. */
  protected get hasToStand(): boolean {
    return this.host.gate !== undefined || this.#pace !== undefined
  }

  protected get hasRoom(): boolean {
    return this.isOpen && this.#inFlight < this.#workers
  }

  /** Asks for the start of the item that was read: `enter` is called when it may be. */
  protected stand(): void {
    if (this.#isStanding) return
    this.#isStanding = true
    if (this.#pace) this.#pace.turn(() => this.#ask())
    else this.#ask()
  }

  #ask(): void {
    const { gate } = this.host
    if (gate === undefined || !this.isOpen) this.enter(undefined)
    else this.#ticket = gate.ask(this, this.#priority)
  }

  protected exhausted(): void {
    this.#isExhausted = true
    this.#finishIfDone()
  }

  fail(error: unknown): void {
    if (!this.isOpen) return
    this.stop()
    if (this.host.isIndependent) this.#stopSiblings(error)
    this.host.rejected(this.task, error)
  }

  protected startItem(item: unknown, hold?: Hold): void {
    const index = this.#started++
    this.#inFlight++
    if (index >= this.host.maxPending) {
      this.left(hold)
      this.fail(new WeavePendingLimitError(this.#name, this.host.maxPending))
    } else this.#calls.call(item, index, hold)
  }

  keep(index: number, value: unknown): void {
    if (!this.isOpen) return
    this.results[index] = value
    this.#settled++
    this.#finishIfDone()
  }

  left(hold: Hold | undefined): void {
    this.#inFlight--
    hold?.end()
  }

  goOn(): void {
    if (this.isOpen && !this.#isExhausted) this.start()
  }

  #finishIfDone(): void {
    if (!this.isOpen || !this.#isExhausted || this.#settled < this.#started) return
    this.isOpen = false
    this.#untie?.()
    this.host.fulfilled(this.task, this.results)
  }

  /** The run goes on: only the other items are told. */
  #stopSiblings(cause: unknown): void {
    const message = `An item of task '${this.#name}' failed, and the others were stopped.`
    const reason = new TaskCancelledError(message, { origin: 'sibling', cause })
    this.#untie?.()
    this.host.observer?.itemsStopped(this.task, reason)
    this.#cancellation.cancel(reason)
  }

  get #name(): string {
    return this.host.graph.names[this.task] as string
  }
}
