import { AsyncLocalStorage } from 'node:async_hooks'
import type { Executor } from '../../executor.js'
import type { Line } from '../line/line.js'
import type { Slot } from '../line/slot.js'
import type { LogReader } from '../logs/log-reader.js'
import { processState } from '../process-state.js'
import type { RunningTask } from './running-task.js'

/** Where a call stood in line, for those that its body makes. */
export interface Rank {
  /** Calls above it that only their executors know. */
  readonly depth: number
  /** What its own calls have too, unless they say another one. */
  readonly priority: number
}

/** What surrounds a piece of running code; one async-local value for all of it, because each costs a run of its own. */
export interface Frame {
  readonly executor?: Executor | undefined
  readonly task?: RunningTask | undefined
  /** Values of `contextVar`s, by name. */
  readonly vars?: ReadonlyMap<string, unknown> | undefined
  /** The slots under this code, innermost first. */
  readonly slots?: readonly Slot[] | undefined
  /** Epoch ms that every call from here ends by. */
  readonly deadline?: number | undefined
  /** The most that each call from here may wait for its start, in ms, where its executor knows such a limit. */
  readonly startTimeoutMs?: number | undefined
  /** Of the task around, where it came from elsewhere. */
  readonly rank?: Rank | undefined
  /** What a weave lays around its bodies, for those that are nested in them. */
  readonly weave?: object | undefined
  /** The way to the locks of whoever is around. */
  readonly locks?: object | undefined
  /** Who wants the records of this code, beside those who want all. */
  readonly logs?: LogReader | undefined
  /** Modules of a worker are being imported. */
  readonly isImporting?: boolean | undefined
}

/** Where it is known that there is none. */
export const noFrame: Frame = Object.freeze({})

const storage = processState('frame', () => new AsyncLocalStorage<Frame>())
let isFollowed = false

/**
 * Whether a frame was laid before. Then Node follows the async code of this process, whoever laid it: on Node 20 and 22
 * each promise pays for that from there on, and another frame costs next to nothing.
 */
export function hasLaidFrames(): boolean {
  return isFollowed
}

export function currentFrame(): Frame | undefined {
  return storage.getStore()
}

/** Runs `fn` with `patch` laid over what surrounds it. */
export function inFrame<T>(patch: Frame, fn: () => T): T {
  isFollowed = true
  return storage.run({ ...storage.getStore(), ...patch }, fn)
}

/** Runs `fn` in exactly this frame. */
export function runInFrame<T>(frame: Frame, fn: () => T): T {
  isFollowed = true
  return storage.run(frame, fn)
}

/**
 * Runs `fn` in no frame, and follows no async code until the next frame is laid: on Node 20 and 22 following it makes
 * each promise of the thread dearer. For a thread that runs nothing else.
 */
export function runUnframed<T>(fn: () => T): T {
  isFollowed = false
  storage.disable()
  return fn()
}

/** The slot of this line under the running code. */
export function slotAround(
  line: Line,
  frame: Frame | undefined = currentFrame(),
): Slot | undefined {
  return frame?.slots?.find((slot) => slot.line === line)
}

/** Lets the executors of the task around it take their slots back while `wait` is pending, where they can. */
export function whileSuspended<T>(wait: () => T | PromiseLike<T>): Promise<Awaited<T>> {
  const slots = currentFrame()?.slots ?? []
  return suspendAll(slots, 0, wait)
}

async function suspendAll<T>(
  slots: readonly Slot[],
  index: number,
  wait: () => T | PromiseLike<T>,
): Promise<Awaited<T>> {
  const slot = slots[index]
  if (slot === undefined) return await wait()
  return await (slot.suspend(() => suspendAll(slots, index + 1, wait)) as Promise<Awaited<T>>)
}
