import { setTimeout as pause } from 'node:timers/promises'
import type { Session } from '@conc/distributed'
import type { ConnectionValues } from '../options/connection-options.js'
import type { CommandCall } from '../program/command-spec.js'
import { exitCode } from '../program/exit-code.js'
import { Interruption } from '../program/interruption.js'
import { withPoolSession } from './with-pool-session.js'

interface PingValues extends ConnectionValues {
  readonly count?: number
  readonly interval?: number
  readonly shallow?: boolean
}

export function run(call: CommandCall<PingValues>): Promise<number> {
  return withPoolSession(call, async (session) => {
    using interruption = new Interruption()
    const { count = 1, interval = 1000, shallow } = call.options
    for (let done = 0; done < count && !interruption.signal.aborted; done++) {
      if (done > 0)
        await pause(interval, undefined, { signal: interruption.signal }).catch(() => {})
      if (!interruption.signal.aborted) show(call, await timed(session, shallow))
    }
    return interruption.exitCode ?? exitCode.done
  })
}

async function timed(session: Session, isShallow = false): Promise<number> {
  if (!isShallow) return await session.ping()
  const begin = performance.now()
  await session.stats()
  return performance.now() - begin
}

function show({ terminal }: CommandCall, ms: number): void {
  if (terminal.isJson) terminal.printJson({ ms: Math.round(ms * 10) / 10 })
  else terminal.print(`Ping: ${Math.round(ms)} ms`)
}
