import { setTimeout } from 'node:timers/promises'
import type { Executor } from '@conc/core'
import type { CallPlan } from '../plan/calls.js'
import { textOf } from '../plan/composition.js'
import type { Plan } from '../plan/plan.js'
import type { RoundOptions } from '../plan/round-options.js'
import { plantIn } from '../plants.js'
import { build } from '../scene/build.js'
import type { Fault } from '../scene/faults.js'
import { closeWithin, type Scene } from '../scene/scene.js'
import { settlesWithin } from '../scene/within.js'
import { readJournal } from '../tasks/journal.js'
import { faultsOfCall } from '../verdict/call-faults.js'
import type { Facts } from '../verdict/facts.js'
import { has } from '../verdict/scripts.js'
import { disturb } from './disturb.js'
import { LiveCall } from './live-call.js'
import { faultsOfRest } from './rest.js'

/** A round under way. */
export class Round {
  readonly #plan: Plan
  readonly #options: RoundOptions
  readonly #scene: Scene
  readonly #journal: string
  readonly #calls: LiveCall[] = []

  constructor(plan: Plan, options: RoundOptions, scene: Scene, journal: string) {
    this.#plan = plan
    this.#options = options
    this.#scene = scene
    this.#journal = journal
  }

  get calls(): readonly LiveCall[] {
    return this.#calls
  }

  /** Builds, submits and disturbs, waits for all to settle, closes. What is wrong is told to the scene. */
  async run(): Promise<void> {
    const { closing, composition } = this.#plan
    const root = plantIn(await build(composition, this.#scene), this.#options.plant)
    await this.#storm(root)
    if (!closing.isAmid) await this.#calm(root)
    await this.#close(root)
    for (const fault of this.#faultsOfCalls()) this.#scene.note(fault)
  }

  /** Makes the calls and does the disturbances; over when all are made, and put right again. */
  async #storm(root: Executor): Promise<void> {
    const { calls, disturbances } = this.#plan
    const made = calls.map((plan) => this.#callLater(plan, root))
    const done = disturbances.map(async (one) => {
      await setTimeout(one.atMs)
      await this.#within(disturb(one, this.#scene, this.#options.limitMs), one.kind)
    })
    await Promise.all([...made, ...done])
    for (const host of this.#scene.hosts)
      await this.#within(host.ready(), `the start of ${host.name}`)
  }

  async #callLater(plan: CallPlan, root: Executor): Promise<void> {
    await setTimeout(plan.atMs)
    this.#calls.push(new LiveCall(plan, root))
  }

  /** Nothing disturbs any more: what is under way settles, what it held is free, and all works again. */
  async #calm(root: Executor): Promise<void> {
    const { limitMs } = this.#options
    const all = Promise.all(this.#calls.map(({ settled }) => settled))
    if (!(await settlesWithin(all, limitMs))) return
    for (const fault of await faultsOfRest(root, this.#plan, this.#scene, limitMs)) {
      this.#scene.note(fault)
    }
  }

  async #close(root: Executor): Promise<void> {
    const { closing } = this.#plan
    const { limitMs } = this.#options
    const calls = this.#calls.map(({ settled }) => settled)
    const { pending, timeoutMs } = closing.root
    // Where a queue runs one at a time, and bodies end their process, the last ones have their turn late.
    const waitsForCalls = pending !== 'reject' && timeoutMs === undefined
    const others = waitsForCalls ? calls : []
    await closeWithin(root, closing.root, limitMs, this.#scene.note, others)
    await settlesWithin(Promise.all(calls), limitMs)
    await this.#scene.close(closing.rest, limitMs)
  }

  #faultsOfCalls(): Fault[] {
    const { calls, composition, disturbances, closing } = this.#plan
    const submits = new Map<string, number>()
    for (const { script } of calls) submits.set(script.id, (submits.get(script.id) ?? 0) + 1)
    const isCalm =
      disturbances.length === 0 &&
      !closing.isAmid &&
      !calls.some(({ script }) => has(script, 'exit'))
    const facts: Facts = { composition, starts: readJournal(this.#journal), submits, isCalm }
    return this.#calls.flatMap((call) => faultsOfCall(call, facts))
  }

  async #within(work: Promise<unknown>, what: string): Promise<void> {
    const { limitMs } = this.#options
    if (await settlesWithin(work, 2 * limitMs)) return
    const text = `${what} of ${textOf(this.#plan.composition)} did not end`
    this.#scene.note({ rule: 'closes', text })
  }
}
