import { inspect } from 'node:util'
import type { PoolTask } from './options.js'

/** What a function may print of its `PoolTask`: not the links of the line. */
export function printAsPoolTask(prototype: PoolTask): void {
  const custom = function (this: PoolTask): string {
    return `PoolTask { id: ${this.id}, name: '${this.name}', group: '${this.group}' }`
  }
  Object.defineProperty(prototype, inspect.custom, { value: custom })
}
