import { TaskCancelledError } from '../../errors/executor-error.js'
import type { Harness } from '../harness.js'

/** @returns the error, which says that the executor's end was the reason. */
export async function isCancelledByClose(
  h: Harness,
  call: PromiseLike<unknown>,
  what: string,
): Promise<TaskCancelledError> {
  const error = await h.rejects(call, `'${what}', cancelled by close`)
  h.isA(error, TaskCancelledError, `the error of '${what}'`)
  h.same(error.origin, 'close', '`origin`')
  return error
}
