import { main } from '@conc/core'
import { printLogs, withPool } from '@conc/distributed'
import { print, printWithin } from '../fixtures/saying.mjs'

// A pool that listens makes records of what its tasks print; with `heard` somebody reads them, with `within` it is
// inside of one that makes none.
main(import.meta, async () => {
  const has = (word) => process.execArgv.includes(`--title=${word}`)
  const stream = { write: (line) => process.stdout.write(`> ${line}`) }
  const stop = has('heard') ? printLogs({ stream }) : () => {}
  if (has('within')) await withPool({ breadth: 1, console: 'inherit' }, () => printWithin('x'))
  else await withPool({ port: 0, breadth: 1 }, () => print('x'))
  stop()
})
