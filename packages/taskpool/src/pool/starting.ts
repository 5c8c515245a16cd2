import { definitionOf } from '@conc/core/internal'
import { Group } from './group.js'
import type { GroupOptions } from './options.js'
import type { AnyFunction, Plan } from './plan.js'
import type { PoolBoard } from './pool-board.js'
import type { Spawner } from './spawner.js'

/** The name of a function or a declared task. */
export function functionName(fn: unknown): string {
  return definitionOf(fn)?.name ?? ((fn as { name?: string }).name || 'anonymous')
}

/** What a call may say of each task: not what ends the group, nor what the group is called. */
export function taskOptions(options: GroupOptions): GroupOptions {
  const { signal: _signal, onEnd: _onEnd, onCancel: _onCancel, groupName: _name, ...rest } = options
  return rest
}

/** Refuses a call of a pool that takes none, and one whose group exists. */
export function checkStart(board: PoolBoard, groupName: string | undefined): void {
  const refusal = board.admission.refusal()
  if (refusal) throw refusal
  if (groupName !== undefined) board.groups.checkNew(groupName)
}

/** Makes the group of a call, with what starts its tasks. @returns its name. */
export function startGroup(
  board: PoolBoard,
  name: string,
  plan: Plan,
  options: GroupOptions,
  spawn: (group: Group) => Spawner,
): string {
  const group = new Group(board, name, plan, options)
  board.groups.add(group)
  spawn(group)
  if (options.signal) group.follow(options.signal)
  return name
}

/** `<method>-<function>-group-<i>` */
export function defaultGroupName(board: PoolBoard, method: string, fn: AnyFunction): string {
  return board.groups.freeName(`${method}-${functionName(fn)}-group`)
}
