import type { Level } from '../logs/level.js'
import { currentFrame, type Frame, noFrame } from '../running/frame.js'

/** What goes along with a call into another thread or process, as plain data; only what there is. */
export interface TravelContext {
  readonly headers?: Readonly<Record<string, string>>
  /** Values of context variables that are set, by name. */
  readonly vars?: ReadonlyMap<string, unknown>
  /** Epoch ms. */
  readonly deadline?: number
  readonly parentId?: string
  /** The most that the calls of its body may wait for their start, in ms. */
  readonly startTimeoutMs?: number
  /** How much somebody wants of its records, beside those who want all. */
  readonly logLevel?: Level
}

/** The part of a call that travels. */
export interface Traveller {
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly deadline: number | undefined
  readonly parent: { readonly id: string } | undefined
}

/**
 * What the caller's surroundings and the call itself send along; `undefined` where that is nothing. To be called
 * while the caller's code runs: later, its context variables are out of sight.
 *
 * @param around what surrounds that code, for those who know it: to look it up is much of what a call costs.
 */
export function captureContext(
  call: Traveller,
  around: Frame = currentFrame() ?? noFrame,
): TravelContext | undefined {
  const { deadline, parent } = call
  const headers = anyOf(call.headers)
  const { vars, logs, startTimeoutMs } = around
  const isTimed = deadline !== undefined || startTimeoutMs !== undefined
  if (!headers && !isTimed && !parent && !vars?.size && !logs) return undefined
  return {
    ...(headers && { headers }),
    ...(deadline !== undefined && { deadline }),
    ...(parent && { parentId: parent.id }),
    ...(vars?.size && { vars }),
    ...(startTimeoutMs !== undefined && { startTimeoutMs }),
    ...(logs && { logLevel: logs.level }),
  }
}

/** The frame in which something that arrived with `context` runs, before a task is laid over it. */
export function restoredFrame(context: TravelContext | undefined): Frame {
  return {
    ...(context?.vars && { vars: context.vars }),
    ...(context?.deadline !== undefined && { deadline: context.deadline }),
    ...(context?.startTimeoutMs !== undefined && { startTimeoutMs: context.startTimeoutMs }),
    // The outlet knows the way to whoever wants them.
    ...(context?.logLevel && { logs: { level: context.logLevel } }),
  }
}

/** A task without headers has an empty object of them, which its calls inherit. */
function anyOf(headers: Traveller['headers']): Traveller['headers'] {
  return headers !== undefined && Object.keys(headers).length > 0 ? headers : undefined
}
