import { definitionOf } from '@conc/core/internal'
import type { AnyOptions } from '../options.js'
import type { PoolState } from '../state/pool-state.js'
import { type AnyFunction, Batch } from './batch.js'
import {
  declared,
  declaredPerItem,
  elsewhere,
  type Invocation,
  perItem,
  single,
  withArgs,
} from './invocations.js'

/** What `fn` is called with: itself in a `single` task, an item, or the arguments of a submit. */
type Shape = 'single' | 'item' | 'args'

const closures: Record<Shape, Invocation> = { single, item: perItem, args: withArgs }
const tasks: Record<Shape, Invocation> = {
  single: declared,
  item: declaredPerItem,
  args: declared,
}

/** The batch of one call: how its function is called, and where. */
export function makeBatch(
  board: PoolState,
  fn: AnyFunction,
  options: AnyOptions | undefined,
  shape: Shape,
): Batch {
  const definition = definitionOf(fn)
  if (definition) {
    return new Batch({
      board,
      fn,
      options,
      definition,
      invocation: tasks[shape],
      isPlaced: true,
    })
  }
  if (board.executor?.capabilities.closures) {
    return new Batch({ board, fn, options, invocation: elsewhere(closures[shape]), isPlaced: true })
  }
  if (shape === 'single' && options === undefined) return board.plain
  return new Batch({ board, fn, options, invocation: closures[shape] })
}

/** What a single task keeps for its invocation: its own function, or a declared task's arguments. */
export function singleInput({ definition }: Batch, fn: unknown, options?: AnyOptions): unknown {
  return definition === undefined ? fn : (options?.args ?? [])
}
