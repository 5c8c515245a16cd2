import { InvalidOptionError } from '@conc/core'
import { checkDuration, checkFunction, checkKeys, checkObject } from '@conc/core/internal'
import type { WeaveEvent } from './weave-event.js'

/**
 * How values are shown: not at all, as `util.inspect` does, or by a function, which is told the name of the task or
 * input whose value it is.
 */
export type ShownValues = boolean | ((name: string, value: unknown) => string)

/** Where `debug` writes, and what. */
export interface DebugOptions {
  /** Receives whole lines. Default: `process.stderr`. */
  readonly write?: (text: string) => void
  /** Default false: values show as their type and size. */
  readonly values?: ShownValues
}

/** What a run shows of itself. */
export interface SeeingOptions {
  /** Receives what happens, as it happens. Nothing is built where nobody listens. */
  readonly onEvent?: (event: WeaveEvent) => void
  /**
   * Writes to stderr: before the run its plan, then a line per retry, error and stall, afterwards when each task ran,
   * with its inputs and output. Default false.
   */
  readonly debug?: boolean | DebugOptions
  /**
   * A `stall` event after so many ms in which nothing started or settled; repeated at doubling intervals while that
   * lasts. Default: 10,000 with `debug`, else none.
   */
  readonly stallAfterMs?: number
}

/** @throws {InvalidOptionError} */
export function checkSeeingOptions({ onEvent, debug, stallAfterMs }: SeeingOptions): void {
  if (onEvent !== undefined) checkFunction('onEvent', onEvent)
  if (stallAfterMs !== undefined) checkDuration('stallAfterMs', stallAfterMs)
  if (debug !== undefined) checkDebug(debug)
}

/** @throws {InvalidOptionError} */
export function checkShownValues(option: string, values: unknown): void {
  if (['undefined', 'boolean', 'function'].includes(typeof values)) return
  throw new InvalidOptionError(option, 'true, false or a function (name, value)', values)
}

function checkDebug(debug: unknown): void {
  if (typeof debug === 'boolean') return
  checkObject('debug', debug)
  checkKeys('debug', debug, ['write', 'values'])
  const { write, values } = debug as DebugOptions
  if (write !== undefined) checkFunction('debug.write', write)
  checkShownValues('debug.values', values)
}
