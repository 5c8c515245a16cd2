import { InvalidOptionError } from './errors/conc-error.js'
import type { Transferable } from './executor.js'
import { processState } from './internal/process-state.js'

const marks = processState('moved', () => new WeakMap<object, readonly Transferable[]>())

/**
 * Marks a value to be moved instead of copied the next time it crosses into or out of a worker: as an argument, a
 * result or an item. It is unusable on this side afterwards. Executors that do not move (`capabilities.transfer`)
 * pass or copy it as usual.
 *
 * @param transfer what is moved; default: the buffer of a typed array or `Buffer`, or the value itself.
 * @returns the same value.
 * @example
 * const render = task('render', (size: number) => move(new Uint8Array(size)))
 */
export function move<T extends object>(value: T, transfer?: readonly Transferable[]): T {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
    throw new InvalidOptionError('value', 'an object', value)
  }
  if (transfer !== undefined && !Array.isArray(transfer)) {
    throw new InvalidOptionError('transfer', 'an array', transfer)
  }
  marks.set(value, transfer ?? ([ArrayBuffer.isView(value) ? value.buffer : value] as never))
  return value
}

/** The transfer list that `move` left on a value, at most once; `undefined` where it is not marked. */
export function takeMoved(value: unknown): readonly Transferable[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const transfer = marks.get(value)
  if (transfer !== undefined) marks.delete(value)
  return transfer
}
