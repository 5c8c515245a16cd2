import { setTimeout as pause } from 'node:timers/promises'
import { channels } from '@conc/core'
import {
  type CloseReport,
  type ConnectOptions,
  listPools,
  type Session,
  type StopOptions,
} from '@conc/distributed'
import type { ConnectionValues } from '../options/connection-options.js'
import type { CommandCall } from '../program/command-spec.js'
import { exitCode } from '../program/exit-code.js'
import { Interruption } from '../program/interruption.js'
import { folder } from './up-settings.js'
import { withPoolSession } from './with-pool-session.js'

interface DownValues extends ConnectionValues {
  readonly wait?: boolean
  readonly timeout?: number
  readonly grace?: number
  readonly block?: boolean
}

export function run(call: CommandCall<DownValues>): Promise<number> {
  return withPoolSession(call, (session, target) =>
    call.options.block === false ? begin(call, session) : stop(call, session, target),
  )
}

/** Until the pool has understood: it tells all sessions that it is closing. */
async function begin({ options }: CommandCall<DownValues>, session: Session): Promise<number> {
  const understood = new Promise<void>((resolve) => {
    channels.session.subscribe((event) => {
      if (['draining', 'closed'].includes((event as { type: string }).type)) resolve()
    })
  })
  const stopped = session.stop(stopOptions(options))
  await Promise.race([understood, stopped])
  stopped.catch(() => {})
  return exitCode.done
}

async function stop(
  { options, terminal }: CommandCall<DownValues>,
  session: Session,
  target: ConnectOptions,
): Promise<number> {
  using interruption = new Interruption()
  const pid = await pidOf(target)
  const report = await unlessInterrupted(session.stop(stopOptions(options)), interruption.signal)
  if (report === undefined) {
    terminal.note('conc: the pool goes on draining; conc pool down cancels the rest.', 'warn')
    return interruption.exitCode ?? exitCode.failed
  }
  const { finished, cancelled } = report
  if (pid !== undefined) await untilGone(pid)
  terminal.tell('down', { finished, cancelled })
  const isOutOfTime = options.wait && options.timeout !== undefined && cancelled > 0
  return isOutOfTime ? exitCode.timedOut : exitCode.done
}

function stopOptions({ wait = false, timeout, grace }: DownValues): StopOptions {
  return {
    wait,
    ...(wait && timeout !== undefined && { timeoutMs: timeout }),
    ...(grace !== undefined && { graceMs: grace }),
  }
}

async function unlessInterrupted(
  stopped: Promise<CloseReport>,
  signal: AbortSignal,
): Promise<CloseReport | undefined> {
  const interrupted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  stopped.catch(() => {})
  return await Promise.race([stopped, interrupted])
}

/** Of a pool on this host, as far as it is listed. */
async function pidOf({ port }: ConnectOptions): Promise<number | undefined> {
  const pools = await listPools(folder()).catch(() => [])
  return pools.find((one) => one.port === port)?.pid
}

const lookEveryMs = 20
const lookAtMostMs = 15_000

/** It has closed its port, and ends its workers now. */
async function untilGone(pid: number): Promise<void> {
  for (let waited = 0; waited < lookAtMostMs && isThere(pid); waited += lookEveryMs) {
    await pause(lookEveryMs)
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
