import { assertNotImporting, captureContext, currentFrame } from '@conc/core/internal'
import { linkedParts } from './duplex.js'
import type { WorkSource } from './messages.js'
import { postParcel } from './parcel.js'
import type { GoOptions } from './start-options.js'
import { ThreadEnd } from './thread-channel.js'
import { threads } from './threads.js'

/**
 * Starts a coroutine in a thread. Nothing of it has run when this returns.
 *
 * @throws {SerializationError} an argument cannot travel; nothing was started.
 */
export function start(work: WorkSource, args: readonly unknown[], options: GoOptions): ThreadEnd {
  const { name = work.name, signal } = options
  assertNotImporting(`Coroutine '${name}' was started`)
  signal?.throwIfAborted()
  const [here, there] = linkedParts(name, options.capacity ?? Number.POSITIVE_INFINITY)
  const thread = threads.take(options, isShared(options))
  try {
    const root = (index: number): string => `args[${index}]`
    postParcel(args, root, undefined, ({ values, transfer, ends }) => {
      const context = travelContext()
      const message = { work, args: values, ends, channel: there, context }
      thread.start(message, [...transfer, there.port], options.daemon ?? false)
    })
  } catch (error) {
    here.port.close()
    threads.released(thread, true)
    throw error
  }
  threads.running++
  const end = new ThreadEnd(here, thread, options.graceMs ?? 1000)
  thread.occupy(end)
  end.sync()
  if (signal) end.obey(signal)
  return end
}

function isShared({ isolate, resourceLimits, execArgv, env }: GoOptions): boolean {
  return !isolate && !resourceLimits && !execArgv && !env
}

function travelContext(): ReturnType<typeof captureContext> {
  const frame = currentFrame()
  const task = frame?.task
  return captureContext({ headers: task?.headers, deadline: frame?.deadline, parent: task })
}
