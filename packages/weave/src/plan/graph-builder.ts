import { definitionOf } from '@conc/core/internal'
import type { CheckedOptions } from '../builder/option-checks.js'
import type { AnyBody, EachStep, GroupStep, SingleStep, Step, StepList } from '../builder/steps.js'
import type { Defaults } from '../builder/task-options.js'
import { OpaqueTaskError } from '../errors.js'
import { noParameter, type Parameters } from '../parameters/index.js'
import { forward } from './forward.js'
import { absent, type Graph, isBlind, isDeclared, isMapped, isOpaque, isSimple } from './graph.js'
import { Names } from './names.js'
import { asked, isPlain, optionsOfRun } from './step-facts.js'

/** Numbers the tasks of a weave in definition order, and turns the names that they ask for into edges. */
export class GraphBuilder {
  readonly #names: Names
  readonly #flags: number[] = []
  readonly #bodies: AnyBody[] = []
  readonly #options = new Map<number, CheckedOptions>()
  readonly #sources = new Map<number, number | object>()
  readonly #seen = new Map<number, number>()
  readonly #keyStart: number[] = [0]
  readonly #keys: string[] = []
  readonly #origins: number[] = []
  readonly #optional = new Set<number>()
  readonly #edgeStart: number[] = [0]
  readonly #edges: number[] = []
  readonly #opaque = new Map<number, string>()
  readonly #sent: number[] = []
  readonly #defaults: Defaults | undefined
  #hasPriorities: boolean
  /** Where tasks see each other, there is no "everything earlier". */
  #isInClass = false
  /** An opaque task waited for everything below. */
  #barrier = 0

  constructor({ inputs, defaults, isOwed }: StepList) {
    for (const { options } of defaults) this.#defaults = { ...this.#defaults, ...options }
    this.#hasPriorities = this.#defaults?.priority !== undefined
    this.#names = new Names(isOwed)
    for (const { values } of inputs) for (const name in values) this.#names.bind(name, values[name])
  }

  add(step: Step): void {
    const before = this.#names.list.length
    this.#names.visible = before
    if (step.kind === 'task' || step.kind === 'each') {
      this.#names.claim(step.name)
      this.#addOne(step, before)
    } else if (step.kind === 'group') this.#addGroup(step)
    this.#raiseBarrier(before)
  }

  graph(): Graph {
    const names = this.#names
    const list = names.list.slice()
    const count = list.length
    let numbers: ReadonlyMap<string, number> | undefined
    const edgeStart = new Int32Array(this.#edgeStart)
    const edges = new Int32Array(this.#edges)
    const { waits, nextStart, next } = forward(count, edgeStart, edges)
    return {
      count,
      names: list,
      // Made again when somebody asks: of a running task nothing else takes so much room.
      get numbers() {
        numbers ??= new Map(list.map((name, number) => [name, number]))
        return numbers
      },
      flags: new Uint8Array(this.#flags),
      // Copies have no room to grow.
      bodies: this.#bodies.slice(),
      options: this.#options,
      sources: this.#sources,
      seen: this.#seen,
      defaults: this.#defaults,
      keyStart: new Int32Array(this.#keyStart),
      keys: this.#keys,
      origins: new Int32Array(this.#origins),
      optional: this.#optional,
      waits,
      nextStart,
      next,
      edgeStart,
      edges,
      inputNames: names.inputs,
      inputValues: names.inputValues,
      inputUsers: names.inputUsers,
      hasPriorities: this.#hasPriorities,
      classPlan: undefined,
      sent: this.#sent,
      opaque: this.#opaque,
    }
  }

  #addGroup({ tasks, sees }: GroupStep): void {
    const before = this.#names.list.length
    for (const name in tasks) this.#names.claim(name)
    if (sees === 'siblings') this.#names.visible = this.#names.list.length
    this.#isInClass = sees === 'siblings'
    let number = before
    for (const name in tasks) this.#addOne(tasks[name] as SingleStep, number++)
    this.#isInClass = false
  }

  #addOne(step: SingleStep, number: number): void {
    const { name, body, options } = step
    if (step.kind === 'each') this.#addSource(step, number)
    let flags = step.kind === 'each' ? isMapped : 0
    if (definitionOf(body) !== undefined) flags |= isDeclared
    else if (isPlain(options, this.#defaults)) flags |= isSimple
    if (options?.needs !== undefined) this.#addNeeds(name, options.needs)
    else flags |= this.#addParameters(number, asked(body, options, flags), flags)
    if (options?.after !== undefined) this.#addAfter(name, options.after)
    if (options?.executor !== undefined) this.#sent.push(number)
    if (options?.priority !== undefined) this.#hasPriorities = true
    this.#flags.push(flags)
    this.#bodies.push(body)
    const kept = optionsOfRun(options)
    if (kept) this.#options.set(number, kept)
    this.#keyStart.push(this.#keys.length)
    this.#edgeStart.push(this.#edges.length)
  }

  #addSource({ name, over }: EachStep, number: number): void {
    const source = typeof over === 'string' ? this.#names.resolve(name, over, false) : over
    if (typeof source === 'number' && source >= 0) this.#edges.push(source)
    this.#sources.set(number, source)
  }

  /** @returns what it says about the task, as flags. */
  #addParameters(number: number, parameters: Parameters, flags: number): number {
    const task = this.#names.list[number] as string
    if (parameters.kind === 'opaque') {
      if (this.#isInClass) throw new OpaqueTaskError(task, parameters.reason, noTask(task))
      // A declared task would have everything shipped to where it runs.
      if (flags & isDeclared) throw new OpaqueTaskError(task, parameters.reason)
      this.#addEverything(number, parameters.reason)
      return isOpaque
    }
    if (parameters === noParameter) return isBlind
    for (const { name, hasDefault } of parameters.keys) {
      this.#addKey(name, this.#names.resolve(task, name, hasDefault), hasDefault)
    }
    return parameters.isLast ? isBlind : 0
  }

  #addNeeds(task: string, needs: readonly string[]): void {
    for (const name of needs) this.#addKey(name, this.#names.resolve(task, name, false), false)
  }

  #addAfter(task: string, after: readonly string[]): void {
    for (const name of after) {
      const origin = this.#names.resolve(task, name, false)
      if (origin >= 0) this.#edges.push(origin)
    }
  }

  #addKey(key: string, origin: number, hasDefault: boolean): void {
    if (origin === absent) return
    if (hasDefault) this.#optional.add(this.#origins.length)
    this.#origins.push(origin)
    if (origin < 0) {
      this.#keys.push(key)
      return
    }
    // The task's own text: one string per name is one that the engine makes a property name of.
    this.#keys.push(this.#names.list[origin] as string)
    this.#edges.push(origin)
  }

  /** Edges to what no earlier opaque task has waited for: a chain of opaque tasks stays linear. */
  #addEverything(number: number, reason: string): void {
    const { visible } = this.#names
    this.#opaque.set(number, reason)
    this.#seen.set(number, visible)
    for (let other = this.#barrier; other < visible; other++) this.#edges.push(other)
  }

  #raiseBarrier(visible: number): void {
    if (this.#opaque.size === 0) return
    for (let number = visible; number < this.#flags.length; number++) {
      if (this.#opaque.has(number)) this.#barrier = visible
    }
  }
}

function noTask(name: string): string {
  return ` A method that is no task is called #${name} or _${name}.`
}
