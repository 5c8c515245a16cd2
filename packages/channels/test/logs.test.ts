import { go, threadCache } from '@conc/channels'
import { channels } from '@conc/core'
import { type LogReader, type LogRecord, runInFrame } from '@conc/core/internal'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { havingSaid, speaking, speakingOddly } from './fixtures/coroutines.mjs'

afterAll(() => threadCache.drain())

function hearing(): LogRecord[] {
  const records: LogRecord[] = []
  const hear = (record: unknown): void => void records.push(record as LogRecord)
  channels.log.subscribe(hear)
  onTestFinished(() => void channels.log.unsubscribe(hear))
  return records
}

const messages = (records: readonly LogRecord[]): string[] => records.map(({ message }) => message)

describe('what a coroutine says', { timeout: 30_000 }, () => {
  it('is on the channel of the process before its end, with its thread and its task', async () => {
    const heard = hearing()
    const made = go(speaking)('hello')
    await made.done
    expect(heard).toMatchObject([
      {
        message: 'hello',
        pool: 'coroutine',
        worker: made.threadId,
        task: 'channels-test/speaking',
      },
    ])
  })

  it('arrives whatever its fields are', async () => {
    const heard = hearing()
    await speakingOddly('odd').done
    expect(heard).toMatchObject([{ message: 'odd', fields: { fine: '2' } }])
  })

  it('comes up through the coroutine that has started it', async () => {
    const heard = hearing()
    await havingSaid('from below').done
    expect(heard).toMatchObject([{ message: 'from below', task: 'channels-test/speaking' }])
  })

  it('is told to nobody where nobody listens, and from then on to whoever does', async () => {
    await go(speaking)('unheard').done
    const heard = hearing()
    await go(speaking)('heard').done
    expect(messages(heard)).toEqual(['heard'])
  })

  it('is told to whoever has called the code that started it, as much as that wants', async () => {
    const told: LogRecord[] = []
    const logs: LogReader = { level: 'debug', log: (record) => void told.push(record) }
    await runInFrame({ logs }, () => go(speaking)('deep').done)
    await go(speaking)('not asked for').done
    expect(messages(told)).toEqual(['deep', 'deep, in detail'])
  })
})
