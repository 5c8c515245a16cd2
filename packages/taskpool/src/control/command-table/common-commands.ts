import { TaskCancelledError } from '@conc/core'
import type { BaseTaskPool } from '../../base-task-pool.js'
import type { Command, CommandValues } from './command.js'
import type { Option } from './parameter.js'
import { integer, size, string } from './value-types.js'

const message: Option = {
  short: '-m',
  long: '--msg',
  name: 'msg',
  value: { metavar: 'MSG', type: string },
  default: 'none',
  help: 'Message of the error the tasks are cancelled with',
}

const returnExceptions: Option = {
  short: '-r',
  long: '--return-exceptions',
  name: 'returnExceptions',
  default: 'false',
  help: 'Reply ok, also where tasks, callbacks or sources have failed',
}

const plain = { positionals: [], options: [] }

/** The commands of every pool. */
export const commonCommands: readonly Command[] = [
  {
    name: 'cancel',
    summary: 'Cancel the tasks with these IDs; all of them or, if one cannot be cancelled, none.',
    positionals: [{ name: 'ids', arity: 'any', type: integer, help: 'IDs of the tasks' }],
    options: [message],
    run: (pool, values) => pool.cancel(values.ids, reasonOf(pool, values)),
  },
  {
    name: 'cancel-group',
    summary: 'Cancel all tasks of a group and start no more of them.',
    positionals: [{ name: 'name', arity: 'one', type: string, help: 'Name of the group' }],
    options: [message],
    run: (pool, values) => pool.cancelGroup(values.name, reasonOf(pool, values)),
  },
  {
    name: 'cancel-all',
    summary: 'Cancel all tasks of all groups.',
    positionals: [],
    options: [message],
    run: (pool, values) => pool.cancelAll(reasonOf(pool, values)),
  },
  { name: 'lock', summary: 'Take no new tasks.', ...plain, run: (pool) => pool.lock() },
  { name: 'unlock', summary: 'Take new tasks again.', ...plain, run: (pool) => pool.unlock() },
  {
    name: 'flush',
    summary: 'Wait for the callbacks of ended tasks, then forget these tasks.',
    positionals: [],
    options: [returnExceptions],
    run: async (pool, values) => void (await pool.flush(failing(values))),
  },
  {
    name: 'gather-and-close',
    summary: 'Take no new tasks, wait for all there are, and close the pool.',
    positionals: [],
    options: [returnExceptions],
    run: async (pool, values) => void (await pool.gatherAndClose(failing(values))),
  },
  {
    name: 'until-closed',
    summary: 'Wait until the pool is closed.',
    ...plain,
    run: (pool) => pool.untilClosed(),
  },
  {
    name: 'is-full',
    summary: 'Whether as many tasks run as may.',
    ...plain,
    run: (pool) => pool.isFull,
  },
  {
    name: 'is-locked',
    summary: 'Whether new tasks are refused.',
    ...plain,
    run: (pool) => pool.isLocked,
  },
  {
    name: 'num-running',
    summary: 'Number of tasks that run.',
    ...plain,
    run: (pool) => pool.numRunning,
  },
  {
    name: 'num-cancelled',
    summary: 'Number of cancelled tasks whose cancel callback runs.',
    ...plain,
    run: (pool) => pool.numCancelled,
  },
  {
    name: 'num-ended',
    summary: 'Number of ended tasks that were not flushed.',
    ...plain,
    run: (pool) => pool.numEnded,
  },
  {
    name: 'get-group-ids',
    summary: 'IDs of the tasks of these groups.',
    positionals: [{ name: 'names', arity: 'any', type: string, help: 'Names of the groups' }],
    options: [],
    run: (pool, values) => pool.getGroupIds(...values.names),
  },
  {
    name: 'pool-size',
    summary: 'Show how many tasks may run at a time or, with a value, change it.',
    positionals: [
      { name: 'value', arity: 'optional', type: size, help: 'The new size; 0 pauses the pool' },
    ],
    options: [],
    run: (pool, { value }) => {
      if (value === undefined) return pool.poolSize
      pool.poolSize = value
      return undefined
    },
  },
]

function failing({ returnExceptions: isOk = false }: CommandValues): { throwOnError: boolean } {
  return { throwOnError: !isOk }
}

function reasonOf(pool: BaseTaskPool, { msg }: CommandValues): { reason: TaskCancelledError } {
  const text = msg ?? `The task was cancelled in ${pool.name} by its control server.`
  const { name: executor } = pool
  return {
    reason: new TaskCancelledError(text, { origin: 'control', executor, started: 'unknown' }),
  }
}
