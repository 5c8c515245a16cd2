import { definitionOf } from '@conc/core/internal'
import type { CheckedOptions } from '../builder/option-checks.js'
import {
  type AnyBody,
  type EachStep,
  type GroupStep,
  type Step,
  type StepList,
  stepsUpTo,
} from '../builder/steps.js'
import type { Defaults } from '../builder/task-options.js'
import { OpaqueTaskError, UnresolvedDependencyError, WeaveNameError } from '../errors.js'
import { weaveParameters } from '../named/weave-task.js'
import { type Parameters, parametersOf } from '../parameters/index.js'
import { didYouMean } from './did-you-mean.js'
import { forward } from './forward.js'
import {
  absent,
  firstInput,
  type Graph,
  isDeclared,
  isMapped,
  isOpaque,
  isSimple,
} from './graph.js'

/** Resolves the names of a weave. Linear in tasks and edges. @throws {WeavePlanError} */
export function compile(last: Step | undefined): Graph {
  const list = stepsUpTo(last)
  const compiler = new Compiler(list)
  for (const step of list.steps) compiler.add(step)
  return compiler.graph()
}

class Compiler {
  readonly #names: string[] = []
  readonly #numbers = new Map<string, number>()
  readonly #flags: number[] = []
  readonly #bodies: AnyBody[] = []
  readonly #options: (CheckedOptions | undefined)[] = []
  readonly #sources = new Map<number, number | object>()
  readonly #seen = new Map<number, number>()
  readonly #keyStart: number[] = [0]
  readonly #keys: string[] = []
  readonly #origins: number[] = []
  readonly #edgeStart: number[] = [0]
  readonly #edges: number[] = []
  readonly #opaque = new Map<number, string>()
  readonly #sent: number[] = []
  readonly #inputs = new Map<string, number>()
  readonly #inputValues: Record<string, unknown> = Object.create(null)
  readonly #inputUsers: number[] = []
  readonly #defaults: Defaults | undefined
  readonly #isOwed: boolean
  #hasPriorities: boolean
  /** Tasks that see no more than the names below this number. */
  #visible = 0
  /** An opaque task waited for everything below. */
  #barrier = 0

  constructor({ inputs, defaults, isOwed }: StepList) {
    for (const { options } of defaults) this.#defaults = { ...this.#defaults, ...options }
    this.#hasPriorities = this.#defaults?.priority !== undefined
    this.#isOwed = isOwed
    for (const { values } of inputs) for (const name in values) this.#bind(name, values[name])
  }

  add(step: Step): void {
    if (step.kind === 'task') this.#addTask(step.name, step.body, step.options)
    else if (step.kind === 'each') this.#addEach(step)
    else if (step.kind === 'group') this.#addGroup(step)
  }

  graph(): Graph {
    const count = this.#names.length
    const { waits, nextStart, next } = forward(count, this.#edgeStart, this.#edges)
    return {
      count,
      names: this.#names,
      numbers: this.#numbers,
      flags: this.#flags,
      bodies: this.#bodies,
      options: this.#options,
      sources: this.#sources,
      seen: this.#seen,
      defaults: this.#defaults,
      keyStart: this.#keyStart,
      keys: this.#keys,
      origins: this.#origins,
      waits,
      nextStart,
      next,
      edgeStart: this.#edgeStart,
      edges: this.#edges,
      inputNames: [...this.#inputs.keys()],
      inputValues: this.#inputValues,
      inputUsers: this.#inputUsers,
      hasPriorities: this.#hasPriorities,
      sent: this.#sent,
      opaque: this.#opaque,
    }
  }

  #addTask(name: string, body: AnyBody, options: CheckedOptions | undefined): void {
    this.#visible = this.#names.length
    this.#addOne(name, body, options, 0)
    this.#raiseBarrier(this.#visible)
  }

  #addGroup({ bodies }: GroupStep): void {
    this.#visible = this.#names.length
    for (const name in bodies) this.#addOne(name, bodies[name] as AnyBody, undefined, 0)
    this.#raiseBarrier(this.#visible)
  }

  #addEach({ name, body, options, over }: EachStep): void {
    this.#visible = this.#names.length
    const source = typeof over === 'string' ? this.#resolve(name, over, false) : over
    if (typeof source === 'number' && source >= 0) this.#edges.push(source)
    this.#sources.set(this.#names.length, source)
    this.#addOne(name, body, options, isMapped)
    this.#raiseBarrier(this.#visible)
  }

  #addOne(name: string, body: AnyBody, options: CheckedOptions | undefined, kind: number): void {
    const number = this.#names.length
    this.#claim(name, number)
    const definition = definitionOf(body)
    let flags = kind
    if (definition !== undefined) flags |= isDeclared
    else if (isPlain(options, this.#defaults)) flags |= isSimple
    if (options?.needs !== undefined) this.#addNeeds(name, options.needs)
    else if (!this.#addParameters(name, asked(body, options, flags), flags)) flags |= isOpaque
    if (options?.after !== undefined) this.#addAfter(name, options.after)
    if (options?.executor !== undefined) this.#sent.push(number)
    if (options?.priority !== undefined) this.#hasPriorities = true
    this.#flags.push(flags)
    this.#bodies.push(body)
    this.#options.push(options)
    this.#keyStart.push(this.#keys.length)
    this.#edgeStart.push(this.#edges.length)
  }

  /** @returns whether the parameter could be read. */
  #addParameters(task: string, parameters: Parameters, flags: number): boolean {
    if (parameters.kind === 'opaque') {
      // A declared task would have everything shipped to where it runs.
      if (flags & isDeclared) throw new OpaqueTaskError(task, parameters.reason)
      this.#addEverything(parameters.reason)
      return false
    }
    for (const { name, hasDefault } of parameters.keys) {
      this.#addKey(name, this.#resolve(task, name, hasDefault))
    }
    return true
  }

  #addNeeds(task: string, needs: readonly string[]): void {
    for (const name of needs) this.#addKey(name, this.#resolve(task, name, false))
  }

  #addAfter(task: string, after: readonly string[]): void {
    for (const name of after) {
      const origin = this.#resolve(task, name, false)
      if (origin >= 0) this.#edges.push(origin)
    }
  }

  #addKey(key: string, origin: number): void {
    if (origin === absent) return
    this.#origins.push(origin)
    if (origin < 0) {
      this.#keys.push(key)
      return
    }
    // The task's own text: one string per name is one that the engine makes a property name of.
    this.#keys.push(this.#names[origin] as string)
    this.#edges.push(origin)
  }

  /** Edges to what no earlier opaque task has waited for: a chain of opaque tasks stays linear. */
  #addEverything(reason: string): void {
    const number = this.#names.length - 1
    this.#opaque.set(number, reason)
    this.#seen.set(number, this.#visible)
    for (let other = this.#barrier; other < this.#visible; other++) this.#edges.push(other)
  }

  #raiseBarrier(visible: number): void {
    if (this.#opaque.size === 0) return
    for (let number = visible; number < this.#names.length; number++) {
      if (this.#opaque.has(number)) this.#barrier = visible
    }
  }

  /** Where the value called `key` comes from. @throws {UnresolvedDependencyError} */
  #resolve(task: string, key: string, hasDefault: boolean): number {
    const number = this.#numbers.get(key)
    if (number !== undefined && number < this.#visible) return number
    let input = this.#inputs.get(key)
    if (input === undefined && number === undefined && this.#isOwed) input = this.#owe(key)
    if (input === undefined) {
      if (hasDefault) return absent
      throw this.#unresolved(task, key)
    }
    if (!hasDefault && this.#inputUsers[input] === -1) {
      this.#inputUsers[input] = this.#numbers.get(task) ?? this.#names.length
    }
    return firstInput - input
  }

  #claim(name: string, number: number): void {
    this.#numbers.set(name, number)
    // One look-up per task: a name that was there already did not make the map larger.
    if (this.#numbers.size === number) throw this.#definedTwice(name, number)
    if (this.#inputs.size > 0 && this.#inputs.has(name)) {
      throw new WeaveNameError(name, 'it is an input and a task')
    }
    this.#names.push(name)
  }

  #definedTwice(name: string, number: number): WeaveNameError {
    const places = `${nth(this.#names.indexOf(name))} and ${nth(number)} task`
    return new WeaveNameError(name, `it is defined twice (${places})`)
  }

  #bind(name: string, value: unknown): void {
    this.#inputValues[name] = value
    if (!this.#inputs.has(name)) this.#owe(name)
  }

  #owe(name: string): number {
    const number = this.#inputs.size
    this.#inputs.set(name, number)
    this.#inputUsers.push(-1)
    return number
  }

  #unresolved(task: string, key: string): UnresolvedDependencyError {
    const available = [...this.#inputs.keys(), ...this.#names.slice(0, this.#visible)]
    return new UnresolvedDependencyError(task, key, available, didYouMean(key, available))
  }
}

/** What the body of a task takes out of its parameter for the dependencies. */
function asked(body: AnyBody, options: CheckedOptions | undefined, flags: number): Parameters {
  const index = flags & isMapped
  if (options?.args !== undefined) return parametersOf(options.args, index)
  if ((flags & isDeclared) === 0) return parametersOf(body, index)
  const ofWeave = index === 0 ? weaveParameters(body) : undefined
  return ofWeave ?? parametersOf(definitionOf(body)?.fn ?? body, index)
}

function isPlain(options: CheckedOptions | undefined, defaults: Defaults | undefined): boolean {
  return (
    options?.args === undefined &&
    (options?.executor ?? defaults?.executor) === undefined &&
    (options?.timeoutMs ?? defaults?.timeoutMs) === undefined
  )
}

function nth(number: number): string {
  const position = number + 1
  const isTeen = position % 100 > 10 && position % 100 < 14
  const ending = isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][position % 10] ?? 'th')
  return `${position}${ending}`
}
