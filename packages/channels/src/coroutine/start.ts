import { assertNotImporting, captureContext, currentFrame } from '@conc/core/internal/base'
import { postParcel } from '../linked/parcel.js'
import type { StartMessage, WorkSource } from './messages.js'
import type { GoOptions } from './start-options.js'
import type { Thread } from './thread.js'
import { ThreadEnd } from './thread-channel.js'
import { threads } from './threads.js'

/**
 * Starts a coroutine in a thread. Nothing of it has run when this returns.
 *
 * @throws {SerializationError} an argument cannot travel; nothing was started.
 */
export function start(
  work: WorkSource,
  args: readonly unknown[],
  options: GoOptions,
  scope?: ReadonlyMap<string, unknown>,
): ThreadEnd {
  const { name = work.name, signal } = options
  assertNotImporting(`Coroutine '${name}' was started`)
  signal?.throwIfAborted()
  const thread = threads.take(options, isShared(options))
  const [here, there] = thread.newChannel(name, options.capacity ?? Number.POSITIVE_INFINITY)
  try {
    post({ work, channel: there, scope }, args, thread, options.daemon ?? false)
  } catch (error) {
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

/** @throws {SerializationError} */
function post(
  { work, channel, scope }: Pick<StartMessage, 'work' | 'channel' | 'scope'>,
  args: readonly unknown[],
  thread: Thread,
  isDaemon: boolean,
): void {
  const keys = [...(scope?.keys() ?? [])]
  const rootOf = (index: number): string =>
    index < args.length ? `args[${index}]` : `scope.${keys[index - args.length]}`
  const all = [...args, ...(scope?.values() ?? [])]
  postParcel(all, rootOf, undefined, ({ values, transfer, ends }) => {
    const context = travelContext()
    const given = values.slice(0, args.length)
    thread.start({ work, args: given, ends, channel, context, scope }, transfer, isDaemon)
  })
}

function isShared({ isolate, resourceLimits, execArgv, env }: GoOptions): boolean {
  return !isolate && !resourceLimits && !execArgv && !env
}

function travelContext(): ReturnType<typeof captureContext> {
  const frame = currentFrame()
  const task = frame?.task
  return captureContext({ headers: task?.headers, deadline: frame?.deadline, parent: task })
}
