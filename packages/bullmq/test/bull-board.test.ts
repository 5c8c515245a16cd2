import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import { Queue } from 'bullmq'
import express from 'express'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { add, fail } from './fixtures/tasks.mjs'
import { later, QueueUnderTest, url } from './queue-under-test.js'

interface BoardJob {
  readonly name: string
  readonly data: { readonly n: string; readonly j: unknown }
  readonly failedReason?: string
  readonly returnValue: { readonly j: unknown } | null
}

/** Bull Board on one queue of ours, as an operator would open it. @returns what its page asks its server for. */
async function boardOf({
  where,
}: QueueUnderTest): Promise<(status: string) => Promise<BoardJob[]>> {
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const queue = new Queue(`{conc-${where.queue}}`, { connection, prefix: 'conc' })
  const serverAdapter = new ExpressAdapter()
  createBullBoard({ queues: [new BullMQAdapter(queue)], serverAdapter })
  const server = express().use(serverAdapter.getRouter()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  later(async () => {
    server.closeAllConnections()
    server.close()
    await queue.close()
    connection.disconnect()
  })
  const { port } = server.address() as AddressInfo
  return async (status) => {
    const query = new URLSearchParams({ activeQueue: queue.name, status, jobsPerPage: '10' })
    const answer = await fetch(`http://127.0.0.1:${port}/api/queues?${query}`)
    const { queues } = (await answer.json()) as { queues: { jobs: BoardJob[] }[] }
    return queues[0]?.jobs ?? []
  }
}

describe('Bull Board', () => {
  it('shows names, data, results and failures of our jobs', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const bull = queue.executor()
    await add.on(bull)(1, 2)
    await expect(fail.on(bull)('no luck')).rejects.toThrow('no luck')
    const jobs = await boardOf(queue)
    expect(await jobs('completed')).toMatchObject([
      { name: 'bull-test/add', data: { j: [1, 2] }, returnValue: { j: 3 } },
    ])
    const [failed] = await jobs('failed')
    expect(failed).toMatchObject({ name: 'bull-test/fail', data: { j: ['no luck'] } })
    expect(failed?.failedReason).toMatch(/^TypeError: no luck\n/)
  })
})
