import type { SimpleTaskPool } from '../../simple-task-pool.js'
import type { Command } from './command.js'
import type { Positional } from './parameter.js'
import { integer } from './value-types.js'

const num = (help: string): Positional => ({ name: 'num', arity: 'one', type: integer, help })

/** The commands of a `SimpleTaskPool`. */
export const simplePoolCommands: readonly Command<SimpleTaskPool<readonly unknown[]>>[] = [
  {
    name: 'start',
    summary: 'Start more tasks in a group of their own.',
    positionals: [num('Number of tasks to start')],
    options: [],
    run: (pool, values) => pool.start(values.num),
  },
  {
    name: 'stop',
    summary: 'Stop tasks, those first that started last, and show their IDs.',
    positionals: [num('Number of tasks to stop')],
    options: [],
    run: (pool, values) => pool.stop(values.num),
  },
  {
    name: 'stop-all',
    summary: 'Stop all tasks and show their IDs.',
    positionals: [],
    options: [],
    run: (pool) => pool.stopAll(),
  },
  {
    name: 'func-name',
    summary: 'Name of the function that the tasks run.',
    positionals: [],
    options: [],
    run: (pool) => pool.funcName,
  },
]
