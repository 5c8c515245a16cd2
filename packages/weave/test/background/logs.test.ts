import { channels } from '@conc/core'
import { type LogReader, type LogRecord, runInFrame } from '@conc/core/internal'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { speaking } from '../support/background-modules.js'
import { ownTemp } from '../support/temp-dir.js'

const messages = (records: readonly LogRecord[]): string[] => records.map(({ message }) => message)

describe.each(['here', 'thread', 'process', 'detached'] as const)(
  'what a weave says, %s',
  (where) => {
    beforeEach(ownTemp)

    it('is on the channel of the process that has started it, before its end', async () => {
      const heard: LogRecord[] = []
      const hear = (record: unknown): void => void heard.push(record as LogRecord)
      channels.log.subscribe(hear)
      onTestFinished(() => void channels.log.unsubscribe(hear))
      await speaking.background({ text: 'hello' }, { where }).done
      expect(heard).toMatchObject([{ message: 'hello', level: 'info' }])
      if (where !== 'here') expect(heard[0]).toMatchObject({ pool: 'weave', fields: { fine: '2' } })
    })

    it('is told to whoever has called the code that started it, as much as that wants', async () => {
      const told: LogRecord[] = []
      const logs: LogReader = { level: 'debug', log: (record) => void told.push(record) }
      await runInFrame({ logs }, () => speaking.background({ text: 'deep' }, { where }).done)
      await speaking.background({ text: 'not asked for' }, { where }).done
      expect(messages(told)).toEqual(['deep', 'deep, in detail'])
    })
  },
)
