import { InvalidOptionError } from '@conc/core'
import { callerModule, checkFunction, checkName, checkObject, moduleUrl } from '@conc/core/internal'
import type { BackgroundRun } from '../background/background-run.js'
import { startBackground } from '../background/start-background.js'
import { declaredWeaves } from '../named/declared-weaves.js'
import { type Inputs, type Lineage, lineageAfter, type WeaveTask } from '../named/lineage.js'
import { checkNamedOptions } from '../named/named-options.js'
import { declareWeaveTask } from '../named/weave-task.js'
import type { ParameterKey } from '../parameters/index.js'
import { checkPlanOptions, type Plan, type PlanOptions } from '../plan/plan.js'
import { settled, whole } from '../result/outcome.js'
import { keepResult, type SettledResult } from '../result/settled-result.js'
import { type Result, resultFrom } from '../result/weave-result.js'
import type { WeaveRun } from '../run/run.js'
import { type AnyRunOptions, checkRunOptions, checkSyncOptions } from '../run/run-options.js'
import { selectionOf } from '../run/selection.js'
import { bodyAndOptions } from './body-and-options.js'
import { Compilation, type RunArguments } from './compilation.js'
import { checkDefaults, checkedInputs, checkTaskName } from './option-checks.js'
import { checkSource } from './source-check.js'
import type { Step, TaskStep } from './steps.js'

const noInputs: Readonly<Record<string, unknown>> = Object.freeze(Object.create(null))

/** The object behind the type `Weave`: a chain of steps, and what was compiled from it. */
export class Builder {
  readonly #last: Step | undefined
  /** Whether the first argument of `run` is the inputs; `'class'`: where the template needs some. */
  readonly #isOwed: boolean | 'class'
  readonly #lineage: Lineage | undefined
  #compiled: Compilation | undefined

  constructor(last: Step | undefined, isOwed: boolean | 'class', lineage?: Lineage) {
    this.#last = last
    this.#isOwed = isOwed
    this.#lineage = lineage
    Object.freeze(this)
  }

  /** Made when it is asked for: a chain of 10 000 calls needs the last one's. */
  get #compilation(): Compilation {
    this.#compiled ??= new Compilation(this.#last)
    return this.#compiled
  }

  do(name: unknown, second?: unknown, third?: unknown): Builder {
    if (typeof name === 'object' && second === undefined) return this.#doAll(name)
    checkTaskName(name)
    const { body, options } = bodyAndOptions('task', second, third)
    return this.#with({ kind: 'task', previous: this.#last, name, body, options })
  }

  each(name: unknown, over: unknown, third?: unknown, fourth?: unknown): Builder {
    checkTaskName(name)
    if (typeof over !== 'string' || over === '') checkSource('over', over)
    const { body, options } = bodyAndOptions('each', third, fourth)
    return this.#with({ kind: 'each', previous: this.#last, name, body, options, over })
  }

  override(name: unknown, second?: unknown, third?: unknown): Builder {
    checkTaskName(name)
    const { body, options } = bodyAndOptions('task', second, third)
    return this.#with({ kind: 'override', previous: this.#last, name, body, options })
  }

  overrideEach(name: unknown, second?: unknown, third?: unknown): Builder {
    checkTaskName(name)
    const { body, options } = bodyAndOptions('each', second, third)
    return this.#with({ kind: 'overrideEach', previous: this.#last, name, body, options })
  }

  input(): Builder {
    return this.#with({ kind: 'owed', previous: this.#last })
  }

  with(values: unknown): Builder {
    return this.#with({ kind: 'inputs', previous: this.#last, values: checkedInputs(values) })
  }

  defaults(options: unknown): Builder {
    checkDefaults(options)
    return this.#with({ kind: 'defaults', previous: this.#last, options: { ...options } })
  }

  named(name: unknown, options: unknown = {}): Builder {
    checkName('name', name)
    checkNamedOptions(options)
    const module =
      options.module === undefined ? callerModule(this.named) : moduleUrl(options.module)
    const run = (inputs: Inputs | undefined): Promise<Record<string, unknown>> =>
      named.#values(inputs)
    const task = declareWeaveTask(name, module, run, () => named.#asked())
    const lineage = { kind: 'named', name, module, task, values: noInputs } as const
    const named: Builder = new Builder(this.#last, this.#isOwed, lineage)
    declaredWeaves.set(name, {
      plan: (values) => named.with(values).plan(),
      begin: (values, args) => named.with(values).#compilation.begin(args),
    })
    return named
  }

  get name(): string | undefined {
    return this.#lineage?.kind === 'named' ? this.#lineage.name : undefined
  }

  get task(): WeaveTask | undefined {
    return this.#lineage?.kind === 'named' ? this.#lineage.task : undefined
  }

  plan(options: PlanOptions = {}): Plan {
    checkPlanOptions(options)
    return this.#compilation.planFor(options)
  }

  run(...args: unknown[]): Promise<Result> {
    return this.#run(this.#runArguments(args))
  }

  settle(...args: unknown[]): Promise<SettledResult> {
    return this.#settle(this.#runArguments(args))
  }

  runSync(...args: unknown[]): Result {
    const { inputs, options } = this.#arguments(args)
    checkSyncOptions(options)
    const { ending, ledger, plan } = this.#compilation.begin({ inputs, options }, true)
    if (ending?.kind === 'fulfilled') return resultFrom(ledger, plan)
    keepResult(ending?.error, ledger, plan)
    throw ending?.error
  }

  background(...args: unknown[]): BackgroundRun {
    const { inputs, options } = this.#arguments(args)
    const { graph, plan } = this.#compilation
    const begin = (runOptions: AnyRunOptions): WeaveRun =>
      this.#compilation.begin({ inputs, options: runOptions })
    return startBackground({ graph, plan, lineage: this.#lineage, inputs, begin }, options)
  }

  #run(given: RunArguments): Promise<Result> {
    try {
      return whole(this.#compilation.begin(given))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #settle(given: RunArguments): Promise<SettledResult> {
    try {
      return settled(this.#compilation.begin(given))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** The values of all tasks, and of nothing else. */
  async #values(inputs: Inputs = noInputs): Promise<Record<string, unknown>> {
    const result = await this.#run({ inputs: checkedInputs(inputs), options: {} })
    const { names } = this.#compilation.graph
    return Object.fromEntries(names.map((name) => [name, Reflect.get(result, name)]))
  }

  /** The inputs that have no value yet. */
  #asked(): readonly ParameterKey[] {
    const { inputNames, inputUsers, inputValues } = this.#compilation.graph
    const keys = inputNames.map((name, number) => ({ name, hasDefault: inputUsers[number] === -1 }))
    return keys.filter(({ name }) => !(name in inputValues))
  }

  /** @throws {InvalidOptionError} @throws {WeaveNameError} */
  #runArguments(args: readonly unknown[]): RunArguments {
    const { inputs, options } = this.#arguments(args)
    checkRunOptions(options)
    this.#checkTaskNames(options)
    return { inputs, options }
  }

  #arguments(args: readonly unknown[]): { inputs: Inputs; options: unknown } {
    const takesInputs = this.#takesInputs()
    const [inputs, options = {}] = takesInputs ? args : [undefined, ...args]
    if (!takesInputs && args[1] !== undefined) {
      const expected = 'left out, as this weave asks for none (weave(inputs), .with and .input do)'
      throw new InvalidOptionError('inputs', expected, args[0])
    }
    return { inputs: inputs === undefined ? noInputs : checkedInputs(inputs), options }
  }

  #takesInputs(): boolean {
    if (this.#isOwed !== 'class') return this.#isOwed
    // A class that cannot be planned makes the run reject, whatever its arguments are.
    return this.#compilation.soundGraph?.classPlan?.owesInputs ?? true
  }

  /** Wrong names of tasks are thrown in the call too, unless the weave itself is wrong: then its run rejects. */
  #checkTaskNames({ only, given }: AnyRunOptions): void {
    if (only === undefined && given === undefined) return
    const graph = this.#compilation.soundGraph
    if (graph) selectionOf(graph, only, given)
  }

  #doAll(tasks: unknown): Builder {
    checkObject('tasks', tasks)
    const made: Record<string, TaskStep> = Object.create(null)
    for (const [name, body] of Object.entries(tasks)) {
      checkTaskName(name)
      checkFunction(`tasks.${name}`, body)
      made[name] = { kind: 'task', previous: undefined, name, body, options: undefined }
    }
    return this.#with({ kind: 'group', previous: this.#last, tasks: made, sees: 'nothing' })
  }

  #with(step: Step): Builder {
    const isOwed = step.kind === 'owed' ? true : this.#isOwed
    return new Builder(step, isOwed, lineageAfter(this.#lineage, step))
  }
}
