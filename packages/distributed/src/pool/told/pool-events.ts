import { availableParallelism } from 'node:os'
import { channels } from '@conc/core'
import { publish, type RecordLevel } from '@conc/core/internal'
import type { Ending } from '../../coordinator/call-request.js'
import type { CallEvent } from '../../coordinator/coordinator-options.js'
import type { PoolCall } from '../../coordinator/pool-call.js'
import type { PoolLog } from '../../logs/pool-log.js'

/** A worker, as events tell of it. */
export interface WorkerIdentity {
  readonly number: number
  readonly pid: number | undefined
}

export type WorkerEvent = 'up' | 'ready' | 'lost' | 'recycled' | 'stopped'

/** What happens to a pool, on the channels `conc:worker` and `conc:pool` and as log records. */
export class PoolEvents {
  readonly #pool: string
  readonly #poolId: string
  readonly #log: PoolLog

  constructor(pool: string, poolId: string, log: PoolLog) {
    this.#pool = pool
    this.#poolId = poolId
    this.#log = log
  }

  /** The pool is starting, open, closed, or cannot go on; `why` says why. */
  state(state: string, why?: Error): void {
    const isNews = state !== 'starting'
    if (why) this.#log.say('error', `${state}: ${why.message}`)
    else this.#log.say(isNews ? 'info' : 'debug', state)
  }

  /** Pools inside of pools, each of them as broad as if it were alone. @param processes there may be at a time. */
  crowd(processes: number): void {
    const text = `its breadth and those of the pools around it make ${processes} processes on ${availableParallelism()} cores`
    this.#log.fault('crowd', text)
  }

  worker(
    type: WorkerEvent,
    { number: worker, pid }: WorkerIdentity,
    details: Readonly<Record<string, unknown>> = {},
  ): void {
    publish(channels.worker, type, this.#pool, () => ({ worker, pid, ...details }))
    const { level, message } = wordsFor(type, pid, details)
    const about = { worker, ...(pid !== undefined && { pid }) }
    if (level === 'warn') this.#log.warn(message, message, about)
    else this.#log.say(level, message, about)
  }

  /** A place for a worker is given up. */
  failed(place: number): void {
    publish(channels.worker, 'failed', this.#pool, () => ({ place }))
    this.#log.say('error', 'a place for a worker is given up: they die too often')
  }

  /** Nothing moves any more. @param graph who waits for what, a line each. */
  deadlock(graph: readonly string[]): void {
    publish(channels.worker, 'deadlock', this.#pool, () => ({ graph }))
    const text = `work waits, and nothing has run for 5 s:\n${graph.join('\n')}`
    this.#log.fault('deadlock', text)
  }

  call(event: CallEvent, call: PoolCall, ending?: Ending): void {
    const { task } = call.request
    const worker = call.seat?.worker
    if (channels.pool.hasSubscribers) {
      publish(channels.pool, event, this.#pool, () => ({ id: this.#idOf(call), task, worker }))
    }
    if (!this.#log.wants('debug')) return
    const fields = timesOf(event, call, ending)
    const about = { task, taskId: this.#idOf(call), ...(worker !== undefined && { worker }) }
    this.#log.say('debug', event, { ...about, ...(fields && { fields }) })
  }

  #idOf({ id }: PoolCall): string {
    return `${this.#poolId}-${id}`
  }
}

function wordsFor(
  type: WorkerEvent,
  pid: number | undefined,
  { exitCode, signal, error }: Readonly<Record<string, unknown>>,
): { level: RecordLevel; message: string } {
  switch (type) {
    case 'up':
      return { level: 'debug', message: `up, pid ${pid}` }
    case 'ready':
      return { level: 'info', message: `ready, pid ${pid}` }
    case 'recycled':
      return { level: 'info', message: 'is replaced' }
    case 'stopped':
      return { level: 'debug', message: 'stopped' }
    case 'lost':
      return { level: 'warn', message: `lost: ${endOf(exitCode, signal, error)}` }
  }
}

/** How a worker ended, without anything that a call has brought there. */
function endOf(exitCode: unknown, signal: unknown, error: unknown): string {
  const { cause } = (error ?? {}) as { cause?: unknown }
  const end = signal ? `signal ${signal}` : `exit ${exitCode}`
  return cause instanceof Error ? `${end}, ${cause.name}: ${cause.message}` : end
}

/** Milliseconds: how long it waited when its body begins, and how long that took when it is over. */
function timesOf(
  event: CallEvent,
  { waitsSince, startedAt }: PoolCall,
  ending: Ending | undefined,
): Record<string, unknown> | undefined {
  const since = (time: number): number => Math.round((performance.now() - time) * 10) / 10
  if (event === 'accepted') return undefined
  if (startedAt === 0) return { waitedMs: since(waitsSince), ...outcomeOf(ending) }
  if (event === 'started') return { waitedMs: since(waitsSince) }
  return { ranMs: since(startedAt), ...outcomeOf(ending) }
}

function outcomeOf(ending: Ending | undefined): Record<string, unknown> {
  if (ending === undefined) return {}
  return { outcome: ending.ok ? 'ok' : ending.phase }
}
