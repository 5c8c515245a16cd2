import { InvalidOptionError } from '../../errors/conc-error.js'
import type { Executor } from '../../executor.js'
import { checkText } from './option-checks.js'

export function isExecutor(value: unknown): value is Executor {
  const candidate = value as Partial<Executor> | null | undefined
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    typeof candidate.submit === 'function' &&
    typeof candidate.stream === 'function' &&
    typeof candidate.close === 'function' &&
    typeof candidate.capabilities === 'object'
  )
}

export function checkExecutor(option: string, value: unknown): asserts value is Executor {
  if (!isExecutor(value)) throw new InvalidOptionError(option, 'an Executor', value)
}

/** The name option of an executor in this process. @throws {InvalidOptionError} */
export function executorName(name: unknown, fallback: string): string {
  checkText('name', name)
  return (name as string | undefined) ?? fallback
}

/** @throws {InvalidOptionError} `work` is no function. */
export function checkWork(work: unknown): void {
  if (typeof work === 'function') return
  const isPromise = typeof (work as PromiseLike<unknown> | null)?.then === 'function'
  throw new InvalidOptionError(
    'work',
    isPromise ? 'a function or a task (pass `() => work()`)' : 'a function or a task',
    work,
  )
}
