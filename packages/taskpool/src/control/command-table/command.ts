import type { BaseTaskPool } from '../../base-task-pool.js'
import type { Option, Positional } from './parameter.js'
import type { NamedFunction } from './value-types.js'

/** The values of a command line, by the names of its parameters. An option that was not given is absent. */
export interface CommandValues {
  readonly num: number
  readonly func: NamedFunction
  readonly items: readonly unknown[]
  readonly ids: readonly number[]
  readonly name: string
  readonly names: readonly string[]
  readonly value?: number
  readonly args?: readonly unknown[]
  readonly kwargs?: object
  readonly numConcurrent?: number
  readonly groupName?: string
  readonly endCallback?: NamedFunction
  readonly cancelCallback?: NamedFunction
  readonly msg?: string
  readonly returnExceptions?: boolean
}

/** One command: what it takes, what it does, what help says of it. */
export interface Command<P extends BaseTaskPool = BaseTaskPool> {
  readonly name: string
  /** One sentence. */
  readonly summary: string
  readonly positionals: readonly Positional[]
  readonly options: readonly Option[]
  /** @returns the value of the reply; nothing stands for `ok`. */
  run(pool: P, values: CommandValues): unknown
}

/** A command of one pool. */
export interface BoundCommand extends Omit<Command, 'run'> {
  run(values: CommandValues): unknown
}
