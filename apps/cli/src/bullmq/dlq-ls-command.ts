import type { DeadLetter } from '@conc/bullmq'
import type { CommandCall } from '../program/command-spec.js'
import { type Column, table } from '../terminal/table.js'
import type { RedisValues } from './redis-options.js'
import { withDeadLetters } from './with-dead-letters.js'

interface ListValues extends RedisValues {
  readonly limit?: number
}

const columns: readonly Column<DeadLetter>[] = [
  { heading: 'ID', of: ({ id }) => id },
  { heading: 'TASK', of: ({ task }) => task },
  { heading: 'FAILED AT', of: ({ failedAt }) => new Date(failedAt).toISOString() },
  { heading: 'ATTEMPTS', of: ({ attempts }) => attempts, isRight: true },
  { heading: 'REASON', of: ({ reason }) => reason },
]

export function run(call: CommandCall<ListValues>): Promise<number> {
  const { options, terminal } = call
  return withDeadLetters(call, async (letters) => {
    const found: DeadLetter[] = []
    for await (const letter of letters.list({ limit: options.limit ?? 50 })) found.push(letter)
    if (terminal.isJson) {
      const shown = found.map(({ error: _, ...facts }) => facts)
      terminal.printJson(shown)
    } else if (found.length === 0) {
      terminal.note('No job of this queue has failed.')
    } else {
      for (const line of table(found, columns, terminal.columns)) terminal.print(line)
    }
  })
}
