import { threadId } from 'node:worker_threads'
import { weave } from '@conc/weave'

export const daily = weave()
  .input()
  .do('rows', ({ day }) => [`${day} 1`, `${day} 2`])
  .do('thread', () => threadId)
  .do('line', ({ rows, tz = 'UTC' }) => `${rows.length} rows, ${tz}`)
  .named('reports/daily')
