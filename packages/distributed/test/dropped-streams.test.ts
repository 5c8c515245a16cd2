import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { connect, type DuplexExecutor, serve, WorkerPool } from '@conc/distributed'
import { describe, expect, it } from 'vitest'
import { endless } from './fixtures/tasks.mjs'
import { Lab } from './lab.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Takes one item, and has nothing of the stream any more when it returns. */
async function taste(items: AsyncGenerator<number>): Promise<number | undefined> {
  const { value } = await items.next()
  return value as number | undefined
}

async function untilLeft(lab: Lab): Promise<void> {
  while ((await lab.lines()).length === 0) {
    collect()
    await setImmediate()
  }
}

describe('a stream that its consumer drops without a word', () => {
  const open: [string, (executor: DuplexExecutor, log: string) => AsyncGenerator<number>][] = [
    ['stream', (executor, log) => executor.stream(endless, [log])],
    ['duplex', (executor, log) => executor.duplex(endless, [log])],
  ]

  it.each(open)('is returned when it is collected: %s of a pool', async (_, begin) => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1 })
    expect(await taste(begin(pool, lab.log))).toBe(0)
    await untilLeft(lab)
  })

  it('is returned over a session', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1 })
    await using server = await serve(pool)
    await using session = await connect({ port: server.port })
    expect(await taste(session.stream(endless, [lab.log]))).toBe(0)
    await untilLeft(lab)
  })
})
