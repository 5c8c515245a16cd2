import { main } from '@conc/core'
import { printLogs, withPool } from '@conc/distributed'
import { print } from '../fixtures/saying.mjs'

// A pool that listens makes records of what its tasks print; with `heard` somebody reads them.
main(import.meta, async () => {
  const isHeard = process.execArgv.includes('--title=heard')
  const stop = isHeard
    ? printLogs({ stream: { write: (line) => process.stdout.write(`> ${line}`) } })
    : () => {}
  await withPool({ port: 0, breadth: 1 }, () => print('x'))
  stop()
})
