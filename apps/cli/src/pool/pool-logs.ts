import { type ChannelEvent, channels } from '@conc/core'
import type { ConsoleRecord } from '@conc/distributed'
import type { LogLine, Terminal } from '../terminal/terminal.js'
import { plain } from '../terminal/text-width.js'

type Words = Pick<LogLine, 'level' | 'message'>

/** Logs what happens to a pool of this process. @param name of the pool, which may be known only later. */
export function logPool(terminal: Terminal, name: () => string): void {
  const log = (words: Words | undefined, worker?: unknown, fields?: LogLine['fields']): void => {
    if (words === undefined) return
    const place = worker === undefined ? {} : { worker: worker as number }
    terminal.log({ ...words, pool: name(), ...place, ...(fields && { fields }) })
  }
  channels.worker.subscribe((message) => {
    const event = message as ChannelEvent
    log(ofWorker(event), event.worker)
  })
  channels.session.subscribe((message) => log(ofSession(message as ChannelEvent)))
  if (terminal.options.level === 'debug') {
    channels.pool.subscribe((message) => {
      const { type, task, worker, id } = message as ChannelEvent
      log({ level: 'debug', message: `${task} ${type}` }, worker, { id })
    })
  }
  channels.log.subscribe((message) => {
    const { level, message: text, worker } = message as ConsoleRecord
    log({ level, message: plain(text) }, worker, { from: 'console' })
  })
}

function ofWorker({ type, pid, exitCode, signal, error }: ChannelEvent): Words | undefined {
  switch (type) {
    case 'up':
      return { level: 'debug', message: `up, pid ${pid}` }
    case 'ready':
      return { level: 'info', message: `ready, pid ${pid}` }
    case 'lost':
      return { level: 'warn', message: `lost: ${endOf(exitCode, signal, error)}` }
    case 'failed':
      return { level: 'error', message: 'a place for a worker is given up: they die too often' }
    case 'recycled':
      return { level: 'info', message: 'is replaced' }
    default:
      return { level: 'debug', message: type }
  }
}

function endOf(exitCode: unknown, signal: unknown, error: unknown): string {
  const { cause } = (error ?? {}) as { cause?: unknown }
  const end = signal ? `signal ${signal}` : `exit ${exitCode}`
  return cause instanceof Error ? `${end}, ${plain(`${cause.name}: ${cause.message}`)}` : end
}

function ofSession({ type, address, reason, count }: ChannelEvent): Words {
  if (type !== 'refused') return { level: 'debug', message: `session ${type}` }
  const times = typeof count === 'number' && count > 1 ? `, ${count} times` : ''
  return { level: 'warn', message: `refused ${address}: ${reason}${times}` }
}
