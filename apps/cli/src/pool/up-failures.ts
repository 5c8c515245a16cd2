import { type ChannelEvent, channels } from '@conc/core'
import type { LocalPool, WorkerPool } from '@conc/distributed'
import { cannotLoad, whyNot } from '../options/module-path.js'
import { CommandError } from '../program/command-error.js'
import { exitCode } from '../program/exit-code.js'

export function nameTaken({ name, pid, port }: LocalPool): CommandError {
  return new CommandError(`a pool called '${name}' runs already: pid ${pid}, port ${port}.`, {
    remedy: `Stop it with conc pool down --name ${name}, or choose another name.`,
    code: exitCode.notStarted,
  })
}

/** Why its workers did not start, in the words of the command line. */
export function startFailure(error: unknown, modules: readonly string[]): unknown {
  const { code, errors } = error as { code?: unknown; errors?: readonly Error[] }
  if (code !== 'CONC_POOL_START') return error
  const first = errors?.[0]
  const { cause } = (first ?? {}) as { cause?: unknown }
  if (cause instanceof Error && modules.length > 0) {
    return cannotLoad(modules.join(', '), whyNot(cause), cause)
  }
  const message = first?.message ?? (error as Error).message
  return new CommandError(message, { code: exitCode.notStarted, cause: error })
}

export function listenFailure(error: unknown): unknown {
  const { code, message, host, port } = error as Error & Record<string, unknown>
  if (code === 'CONC_INVALID_OPTION') return error
  const text = code === 'CONC_ADDRESS_IN_USE' ? `port ${port} on ${host} is in use.` : `${message}`
  return new CommandError(text, { code: exitCode.notStarted, cause: error })
}

/** Rejects when all places for workers are given up. */
export function noWorkerLeft(pool: WorkerPool): Promise<never> {
  const gone = new Promise<never>((_, reject) => {
    channels.worker.subscribe((message) => {
      if ((message as ChannelEvent).type !== 'failed') return
      // The pool changes its state after it has told of its last place.
      queueMicrotask(() => {
        if (pool.state === 'failed') pool.start().catch((error) => reject(allFailed(error)))
      })
    })
  })
  gone.catch(() => {})
  return gone
}

function allFailed(error: Error): CommandError {
  const last = error.cause instanceof Error ? ` The last one: ${error.cause.message}` : ''
  const message = `no worker is left: they die too often.${last}`
  return new CommandError(message, { code: exitCode.notStarted, cause: error })
}
