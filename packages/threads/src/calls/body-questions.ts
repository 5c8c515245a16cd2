import { ConcError } from '@conc/core'
import { runInFrame } from '@conc/core/internal'
import type { Attempt } from './attempt.js'

/** A module that answers what bodies ask: in the surroundings of their call, as long as the signal is not aborted. */
interface Service {
  answer(request: unknown, signal: AbortSignal): Promise<unknown>
}

const loaded = new Map<string, Service>()

/**
 * Answers what the body of `attempt` asks of this thread. Once its service is loaded a question is taken in at once: before
 * whatever the body says next, be it its end.
 *
 * @param service URL of a module; a thread of this process may name any.
 */
export function answerBody(
  attempt: Attempt | undefined,
  service: string,
  request: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const known = loaded.get(service)
  if (known === undefined) return answerFirst(attempt, service, request, signal)
  if (attempt?.state !== 'placed') {
    return Promise.reject(new ConcError('The body that asked this is over.'))
  }
  const { frame } = attempt.call
  const task = attempt.asParent(undefined)
  return runInFrame({ ...frame, task }, () => known.answer(request, signal))
}

async function answerFirst(...question: Parameters<typeof answerBody>): Promise<unknown> {
  const [, service] = question
  loaded.set(service, (await import(service)) as Service)
  return await answerBody(...question)
}
