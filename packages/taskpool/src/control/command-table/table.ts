import type { BaseTaskPool } from '../../base-task-pool.js'
import { SimpleTaskPool } from '../../simple-task-pool.js'
import { TaskPool } from '../../task-pool.js'
import type { BoundCommand, Command } from './command.js'
import { commonCommands } from './common-commands.js'
import { simplePoolCommands } from './simple-pool-commands.js'
import { taskPoolCommands } from './task-pool-commands.js'
import type { NamedFunction } from './value-types.js'

/** The commands of `pool` by name: parsing, running and help are made from this one table. */
export function commandTable(
  pool: BaseTaskPool,
  functions: ReadonlyMap<string, NamedFunction>,
): ReadonlyMap<string, BoundCommand> {
  const commands = [...ownCommands(pool, functions), ...bind(pool, commonCommands)]
  return new Map(commands.map((command) => [command.name, command]))
}

function ownCommands(
  pool: BaseTaskPool,
  functions: ReadonlyMap<string, NamedFunction>,
): BoundCommand[] {
  if (pool instanceof SimpleTaskPool) return bind(pool, simplePoolCommands)
  if (pool instanceof TaskPool) return bind(pool, taskPoolCommands(functions))
  return []
}

function bind<P extends BaseTaskPool>(pool: P, commands: readonly Command<P>[]): BoundCommand[] {
  return commands.map((command) => ({ ...command, run: (values) => command.run(pool, values) }))
}
