import type { Capabilities, Load } from '@conc/core'
import { decode } from '@conc/wire'
import type { Frame } from '../protocol/frame.js'
import { decodeMeta } from '../protocol/meta.js'

/** What a server says first. */
export interface Welcome {
  readonly session: string
  readonly name: string
  readonly maxPayloadBytes: number
  readonly maxInFlight: number
  readonly maxInFlightBytes: number
  /** How long it keeps what a silent session holds, and what one without a socket does, in ms. */
  readonly leaseMs: number
  readonly resumeMs: number
  readonly capabilities: Capabilities
  readonly load: Load
  /** By name, with their versions. */
  readonly tasks: ReadonlyMap<string, string | undefined>
}

/** `undefined` where the frame says nothing of the kind. */
export function readWelcome({ meta, body }: Frame): Welcome | undefined {
  const said = decodeMeta(meta)
  const load = readLoad(said?.load)
  const tasks = readTasks(body)
  if (!said || !load || !tasks || typeof said.session !== 'string') return undefined
  const { session, name, capabilities, maxPayloadBytes, maxInFlight, maxInFlightBytes } = said
  const { leaseMs = 30_000, resumeMs = 1000 } = said
  const counts = [maxPayloadBytes, maxInFlight, maxInFlightBytes, leaseMs, resumeMs]
  if (!counts.every((one) => typeof one === 'number' && one > 0)) return undefined
  if (typeof name !== 'string' || typeof capabilities !== 'object') return undefined
  const times = { leaseMs, resumeMs } as { leaseMs: number; resumeMs: number }
  return { ...(said as unknown as Welcome), ...times, session, load, tasks }
}

export function readLoad(said: unknown): Load | undefined {
  if (typeof said !== 'object' || said === null) return undefined
  const { concurrency, running, waiting, queueLimit } = said as Record<string, unknown>
  const counts = [concurrency, running, waiting, queueLimit]
  return counts.every((one) => typeof one === 'number') ? (said as Load) : undefined
}

function readTasks(body: Uint8Array): ReadonlyMap<string, string | undefined> | undefined {
  try {
    const tasks = decode(body, { root: 'tasks' })
    return tasks instanceof Map ? tasks : undefined
  } catch {
    return undefined
  }
}
