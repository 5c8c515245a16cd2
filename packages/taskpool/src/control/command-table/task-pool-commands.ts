import type { MapOptions } from '../../pool/options.js'
import type { TaskPool } from '../../task-pool.js'
import type { Command, CommandValues } from './command.js'
import type { Option, Positional, ValueType } from './parameter.js'
import { functionOf, integer, list, type NamedFunction, record, string } from './value-types.js'

type Functions = ReadonlyMap<string, NamedFunction>
type MapMethod = (fn: never, items: never, options: MapOptions) => string

/** The commands of a `TaskPool`; functions and callbacks are named as in `functions`. */
export function taskPoolCommands(functions: Functions): Command<TaskPool>[] {
  return [
    applyCommand(functions),
    mapCommand(functions, 'map', 'Run a function for each item.', (pool) => pool.map),
    mapCommand(
      functions,
      'starmap',
      'Run a function for each item, which is a list of its arguments.',
      (pool) => pool.starmap,
    ),
    mapCommand(
      functions,
      'doublestarmap',
      'Run a function for each item, which is a dict of named arguments.',
      (pool) => pool.doublestarmap,
    ),
  ]
}

function applyCommand(functions: Functions): Command<TaskPool> {
  return {
    name: 'apply',
    summary: 'Run a function with these arguments, once or more often at a time.',
    positionals: [functionPositional(functions)],
    options: [
      option('-a', '--args', 'args', list, 'none', 'List of arguments'),
      option('-k', '--kwargs', 'kwargs', record, 'none', 'Named arguments'),
      option('-n', '--num', 'num', integer, '1', 'Number of tasks'),
      ...groupOptions(functions),
    ],
    run: (pool, values) => {
      const { func, args, kwargs, num } = values
      const given = { ...(args && { args }), ...(kwargs && { kwargs }) }
      return pool.apply(
        func as never,
        {
          ...given,
          ...(num !== undefined && { num }),
          ...groupValues(values),
        } as never,
      )
    },
  }
}

function mapCommand(
  functions: Functions,
  name: string,
  summary: string,
  method: (pool: TaskPool) => MapMethod,
): Command<TaskPool> {
  return {
    name,
    summary,
    positionals: [
      functionPositional(functions),
      { name: 'items', arity: 'one', type: list, help: 'List of items' },
    ],
    options: [
      option('-n', '--num-concurrent', 'numConcurrent', integer, '1', 'Tasks that run at a time'),
      ...groupOptions(functions),
    ],
    run: (pool, values) => {
      const { func, items, numConcurrent } = values
      const options = {
        ...(numConcurrent !== undefined && { numConcurrent }),
        ...groupValues(values),
      }
      return method(pool).call(pool, func as never, items as never, options)
    },
  }
}

function functionPositional(functions: Functions): Positional {
  return { name: 'func', arity: 'one', type: functionOf(functions), help: 'Name of the function' }
}

function groupOptions(functions: Functions): Option[] {
  const callback = functionOf(functions)
  return [
    option('-g', '--group-name', 'groupName', string, 'made of the function', 'Name of the group'),
    option('-e', '--end-callback', 'endCallback', callback, 'none', 'Called when a task has ended'),
    option(
      '-c',
      '--cancel-callback',
      'cancelCallback',
      callback,
      'none',
      'Called when a task was cancelled',
    ),
  ]
}

function groupValues({ groupName, endCallback, cancelCallback }: CommandValues): MapOptions {
  return {
    ...(groupName !== undefined && { groupName }),
    ...(endCallback && { onEnd: endCallback as NonNullable<MapOptions['onEnd']> }),
    ...(cancelCallback && { onCancel: cancelCallback as NonNullable<MapOptions['onCancel']> }),
  }
}

function option(
  short: string,
  long: string,
  name: keyof CommandValues,
  type: ValueType,
  byDefault: string,
  help: string,
): Option {
  const metavar = long.slice(2).replaceAll('-', '_').toUpperCase()
  return { short, long, name, value: { metavar, type }, default: byDefault, help }
}
