import { deferred } from '@conc/core/internal'
import { describe, expect, it } from 'vitest'
import { TcpControlClient, TcpControlServer } from '../src/control/index.js'
import { type PoolTask, Queue, SimpleTaskPool, TaskPool } from '../src/index.js'

const work = async (job: number, _signal: AbortSignal) => job * 2

const crunch = async (inbox: Queue<number>, outbox: Queue<number>, { signal }: PoolTask) => {
  for await (const lease of inbox.leases({ signal })) {
    try {
      await outbox.put(await work(lease.item, signal), { signal })
    } catch (error) {
      if (signal.aborted) lease.putBack()
      throw error
    }
  }
}

describe('the README', () => {
  it('lets five workers empty a queue, and ends them', async () => {
    const [inbox, outbox] = [new Queue<number>(), new Queue<number>()]
    for (let job = 0; job < 20; job++) inbox.tryPut(job)
    const pool = new TaskPool()
    const group = pool.apply(crunch, { args: [inbox, outbox], num: 5 })
    await inbox.join()
    expect([group, pool.numRunning]).toEqual(['apply-crunch-group-0', 5])
    pool.cancelGroup(group)
    await pool.flush()
    expect([outbox.size, pool.numRunning, pool.numEnded]).toEqual([20, 0, 0])
    await pool.gatherAndClose()
  })

  it('maps rows, ranges and named arguments', async () => {
    const pool = new TaskPool()
    const seen: unknown[] = []
    const rows: { size: number }[] = [{ size: 1 }, { size: 2 }]
    const ranges: [number, number][] = [
      [0, 5],
      [5, 9],
    ]
    const send = ({ to, retries }: { to: string; retries: number }) => seen.push(`${to} ${retries}`)
    pool.map(async (row, { signal }) => seen.push(row.size, signal.aborted), rows, {
      numConcurrent: 5,
    })
    pool.starmap(
      (from: number, to: number, task: PoolTask) => seen.push(to - from, task.id),
      ranges,
    )
    pool.doublestarmap(send, [{ to: 'a', retries: 2 }], {
      groupName: 'mail',
      onEnd: (id, { settled }) => seen.push([id, settled.status]),
    })
    await pool.gatherAndClose()
    expect(seen).toHaveLength(10)
    expect(seen).toContain('a 2')
  })

  it('regulates a pool while it runs, from inside and outside', async () => {
    const [inbox, outbox] = [new Queue<number>(), new Queue<number>()]
    const simple = new SimpleTaskPool(crunch, { args: [inbox, outbox] })
    await using control = await new TcpControlServer(simple, { port: 0 }).start()
    const { host, port } = control.address
    await using client = await new TcpControlClient(host, port).connect()
    simple.start(5)
    expect(await client.call('num-running')).toBe(5)
    simple.stop(3)
    await simple.flush()
    expect(await client.call('num-running')).toBe(2)
    expect(await client.send('stop 1')).toBe('[1]')
    simple.stopAll()
    await simple.gatherAndClose()
    expect(await client.call('until-closed')).toBe(true)
  })

  it('waits for a cancelled function that takes its time', async () => {
    const pool = new TaskPool(1)
    const gate = deferred()
    pool.apply(() => gate.promise)
    pool.apply(() => 'next')
    await new Promise((resolve) => setImmediate(resolve))
    pool.cancel(0)
    expect([pool.numRunning, pool.numWaiting, pool.isFull]).toEqual([1, 1, true])
    gate.resolve()
    const outcomes = await pool.gatherAndClose()
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
  })
})
