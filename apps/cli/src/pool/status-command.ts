import { setTimeout as pause } from 'node:timers/promises'
import type { LockInfo, PoolStats, Session } from '@conc/distributed'
import type { ConnectionValues } from '../options/connection-options.js'
import type { CommandCall } from '../program/command-spec.js'
import { exitCode } from '../program/exit-code.js'
import { Interruption } from '../program/interruption.js'
import { LiveArea } from '../terminal/live-area.js'
import { columnsOf } from '../terminal/terminal.js'
import { statusLines } from './status-table.js'
import { withPoolSession } from './with-pool-session.js'

interface StatusValues extends ConnectionValues {
  readonly watch?: number | true
  readonly tasks?: boolean
  readonly locks?: boolean
}

const watchMs = 1000

export function run(call: CommandCall<StatusValues>): Promise<number> {
  return withPoolSession(call, async (session) => {
    if (call.options.watch !== undefined) return await watch(call, session)
    print(call, await looked(call, session))
    return exitCode.done
  })
}

async function watch(call: CommandCall<StatusValues>, session: Session): Promise<number> {
  using interruption = new Interruption()
  const { signal } = interruption
  const interval = call.options.watch === true ? watchMs : (call.options.watch ?? watchMs)
  const { out } = call.terminal
  const isInPlace = out.isTty && !call.terminal.isJson && process.env.TERM !== 'dumb'
  const area = isInPlace ? new LiveArea(out) : undefined
  const rate = new Rate()
  try {
    while (!signal.aborted) {
      const look = await looked(call, session)
      const perSecond = rate.of(look.stats)
      if (area) area.draw(linesOf(call, look, perSecond).slice(0, area.rows))
      else print(call, look, perSecond)
      await pause(interval, undefined, { signal }).catch(() => {})
    }
  } finally {
    area?.end()
  }
  return interruption.exitCode ?? exitCode.done
}

/** What a pool tells at one time. */
interface Look {
  readonly stats: PoolStats
  /** Who holds and waits, where that is asked for. */
  readonly locks: readonly LockInfo[] | undefined
}

async function looked({ options }: CommandCall<StatusValues>, session: Session): Promise<Look> {
  const [stats, locks] = await Promise.all([
    session.stats(),
    options.locks ? session.locks().inspect() : undefined,
  ])
  return { stats, locks }
}

function print(call: CommandCall<StatusValues>, look: Look, perSecond?: number): void {
  const { terminal } = call
  const { stats, locks } = look
  if (terminal.isJson) {
    const rate = perSecond === undefined ? {} : { perSecond }
    terminal.printJson({ ...stats, ...rate, ...(locks && { locks }) })
    return
  }
  for (const line of linesOf(call, look, perSecond)) terminal.print(line)
}

function linesOf(
  { options, terminal }: CommandCall<StatusValues>,
  { stats, locks }: Look,
  perSecond?: number,
): string[] {
  const { out } = terminal
  return statusLines(stats, {
    tasks: options.tasks ?? false,
    locks,
    columns: out.isTty ? columnsOf(out) : Number.POSITIVE_INFINITY,
    paint: out.paint,
    ...(perSecond !== undefined && { perSecond }),
  })
}

/** Calls that ended per second, between two looks. */
class Rate {
  #last: { readonly at: number; readonly count: number } | undefined

  of({ tasks }: PoolStats): number {
    const count = Object.values(tasks).reduce((sum, one) => sum + one.count, 0)
    const at = performance.now()
    const last = this.#last
    this.#last = { at, count }
    return last === undefined ? 0 : ((count - last.count) / (at - last.at)) * 1000
  }
}
