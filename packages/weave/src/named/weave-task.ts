import { declareTask } from '@conc/core/internal'
import type { ParameterKey, Parameters } from '../parameters/index.js'
import type { Inputs, WeaveTask } from './lineage.js'

/** What the task of a weave is to another weave, as the body of a task there. */
interface AsBody {
  /** The inputs that it asks for. */
  keys(): readonly ParameterKey[]
  /** Input values that it brings. */
  readonly bound: Inputs
}

const asBody: unique symbol = Symbol.for('conc.weave.asBody') as never
const nothing: Inputs = Object.freeze(Object.create(null))

/** Declares a whole weave as one task. @param keys the inputs it asks for, asked when they are needed. */
export function declareWeaveTask(
  name: string,
  module: string | undefined,
  run: (inputs: Inputs | undefined) => Promise<Record<string, unknown>>,
  keys: AsBody['keys'],
): WeaveTask {
  const made: WeaveTask = declareTask(name, (inputs?: Inputs) => run(inputs), module)
  return marked(made, { keys, bound: nothing })
}

/** Marks `made`, which completes its calls with `bound`, for weaves that call it their own way. */
export function withBoundInputs(made: WeaveTask, of: WeaveTask, bound: Inputs): WeaveTask {
  const keys = (): readonly ParameterKey[] =>
    asBodyOf(of)
      ?.keys()
      .filter(({ name }) => !Object.hasOwn(bound, name)) ?? []
  return marked(made, { keys, bound })
}

/** What a body asks for that is the task of a weave; `undefined` where it is none. */
export function weaveParameters(body: unknown): Parameters | undefined {
  const weave = asBodyOf(body)
  return weave && { kind: 'keys', keys: weave.keys() }
}

/** The arguments of a call of `body`: completed, where it is the task of a weave that brings inputs. */
export function withOwnInputs(body: unknown, args: unknown[]): unknown[] {
  const weave = asBodyOf(body)
  return weave ? [{ ...weave.bound, ...(args[0] as Inputs | undefined) }] : args
}

function marked(made: WeaveTask, mark: AsBody): WeaveTask {
  Object.defineProperty(made, asBody, { value: mark })
  return made
}

function asBodyOf(body: unknown): AsBody | undefined {
  return (body as Partial<Record<typeof asBody, AsBody>>)[asBody]
}
