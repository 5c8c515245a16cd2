import { BullExecutor, type DeadLetters } from '@conc/bullmq'
import { CommandError } from '../program/command-error.js'
import type { CommandCall } from '../program/command-spec.js'
import { exitCode } from '../program/exit-code.js'
import { checkReachable, queueAddress, type RedisValues } from './redis-options.js'

/** Opens the failed jobs of the queue that the options mean, and closes the connection in the end. */
export async function withDeadLetters(
  { options }: CommandCall<RedisValues>,
  fn: (letters: DeadLetters) => Promise<void>,
): Promise<number> {
  const address = queueAddress(options)
  await checkReachable(address.url)
  const executor = new BullExecutor(address)
  try {
    await fn(executor.deadLetters)
    return exitCode.done
  } finally {
    await executor.close({ pending: 'reject' })
  }
}

/** Does it to each of the jobs, and tells which are done. @throws {CommandError} for the first that is not there. */
export function forEachJob(
  call: CommandCall<RedisValues>,
  act: (letters: DeadLetters, id: string) => Promise<void>,
): Promise<number> {
  const { args, terminal } = call
  return withDeadLetters(call, async (letters) => {
    for (const id of args) {
      await act(letters, id).catch((error: unknown) => {
        const { code, message } = error as Error & { code?: unknown }
        if (code !== 'CONC_UNKNOWN_JOB') throw error
        const remedy = 'conc dlq ls lists those that there are.'
        throw new CommandError(message, { remedy, code: exitCode.failed, cause: error })
      })
      if (terminal.isJson) terminal.printJson({ id })
      else terminal.print(id)
    }
  })
}
