import { ConcError } from '@conc/core'
import { runInFrame } from '@conc/core/internal'
import type { Attempt } from './attempt.js'

/** A module that answers what bodies ask: in the surroundings of their call, as long as the signal is not aborted. */
interface Service {
  answer(request: unknown, signal: AbortSignal): Promise<unknown>
}

/**
 * Answers what the body of `attempt` asks of this thread.
 *
 * @param service URL of a module; a thread of this process may name any.
 */
export async function answerBody(
  attempt: Attempt | undefined,
  service: string,
  request: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const { answer } = (await import(service)) as Service
  if (attempt?.state !== 'placed') throw new ConcError('The body that asked this is over.')
  const { frame } = attempt.call
  const task = attempt.asParent(undefined)
  return await runInFrame({ ...frame, task }, () => answer(request, signal))
}
