import { setTimeout } from 'node:timers/promises'
import {
  currentTask,
  type EncodedError,
  encodeError,
  registerError,
  type Task,
  type TaskContext,
  task,
} from '@conc/core'
import type { Script, Step } from '../plan/script.js'
import { noteStart } from './journal.js'

/** What a plain call results in. */
export interface Played {
  readonly id: string
  /** What each step came to. */
  readonly steps: readonly unknown[]
  readonly payload: unknown
}

/** An item of a stream; `n` counts from 0. */
export interface Item {
  readonly id: string
  readonly n: number
}

/** What a step came to that caught a failure. */
export interface Caught {
  readonly caught: string
  /** As it travels: a value that is an error may come out of a thread as a plain one. */
  readonly error: EncodedError
}

/** The failure that a script asks for. */
export class PlannedError extends Error {
  override readonly name = 'PlannedError'
  readonly planned: string

  constructor(id: string) {
    super(`as ${id} was told`)
    this.planned = id
  }
}

/** A call that a body made failed; `cause` says why. */
export class NestedError extends Error {
  override readonly name = 'NestedError'
  readonly nested: string

  constructor(id: string, cause: unknown) {
    super(`${id} failed`, { cause })
    this.nested = id
  }
}

registerError(PlannedError)
registerError(NestedError)

/** Does what a script says. */
export const play: Task<[Script], Promise<Played>> = task('fuzz/play', playHere)

/** The same; begun once, also by executors that run others again. */
export const playOnce: Task<[Script], Promise<Played>> = task('fuzz/play-once', playHere, {
  idempotent: false,
})

/** Does what a script says, and yields items meanwhile. */
export const give: Task<[Script], AsyncGenerator<Item, void, undefined>> = task(
  'fuzz/give',
  giveHere,
)

export const giveOnce: Task<[Script], AsyncGenerator<Item, void, undefined>> = task(
  'fuzz/give-once',
  giveHere,
  { idempotent: false },
)

async function playHere(script: Script): Promise<Played> {
  noteStart(script.id)
  const steps: unknown[] = []
  for (const step of script.steps) steps.push(await take(step, script.id))
  return { id: script.id, steps, payload: script.payload }
}

async function* giveHere(script: Script): AsyncGenerator<Item, void, undefined> {
  noteStart(script.id)
  let n = 0
  for (const step of script.steps) {
    if (step.do === 'item') yield { id: script.id, n: n++ }
    else await take(step, script.id)
  }
}

async function take(step: Step, id: string): Promise<unknown> {
  const context = currentTask() as TaskContext
  switch (step.do) {
    case 'spin':
      return spin(step.ms)
    case 'wait':
      await setTimeout(step.ms)
      return step.ms
    case 'heed':
      await setTimeout(step.ms, undefined, { signal: context.signal }).catch(rethrowReason(context))
      return step.ms
    case 'progress':
      context.progress({ id })
      return undefined
    case 'call':
      return await Promise.all(step.scripts.map((script) => callOne(step, script)))
    case 'pull':
      return await pullOne(step)
    case 'throw':
      if (context.attempt <= step.attempts) throw new PlannedError(id)
      return undefined
    case 'exit':
      if (context.attempt <= step.attempts) process.exit(7)
      return undefined
    case 'item':
      return undefined
  }
}

function spin(ms: number): number {
  const end = performance.now() + ms
  while (performance.now() < end);
  return ms
}

function rethrowReason({ signal }: TaskContext): () => never {
  return () => {
    throw signal.reason
  }
}

async function callOne(step: Step & { do: 'call' }, script: Script): Promise<Played | Caught> {
  try {
    return await play.with(step.options)(script)
  } catch (error) {
    return caught(step.isCaught, script.id, error)
  }
}

/** @returns how many items came; they are looked at here. */
async function pullOne(step: Step & { do: 'pull' }): Promise<number | Caught> {
  const { script, leaveAfter, isCaught } = step
  let count = 0
  try {
    for await (const { id, n } of give(script)) {
      if (id !== script.id || n !== count) throw new WrongItemError(script.id, count, `${id}/${n}`)
      if (++count >= leaveAfter) break
    }
    return count
  } catch (error) {
    return caught(isCaught, script.id, error)
  }
}

function caught(isCaught: boolean, id: string, error: unknown): Caught {
  if (isCaught && !(error instanceof WrongItemError))
    return { caught: id, error: encodeError(error) }
  throw error instanceof WrongItemError ? error : new NestedError(id, error)
}

/** Never planned: whoever sees it has found a fault. */
class WrongItemError extends Error {
  override readonly name = 'WrongItemError'

  constructor(id: string, expected: number, got: string) {
    super(`${id} gave ${got} as item ${expected}`)
  }
}
