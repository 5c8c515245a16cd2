import { ChannelClosedError, duplex, threadCache } from '@conc/channels'
import { afterAll, describe, expect, it } from 'vitest'
import { all } from './all.js'
import * as remote from './fixtures/coroutines.mjs'

afterAll(() => threadCache.drain())

describe('the thread of a coroutine', { timeout: 30_000 }, () => {
  it('leaves the thread to the next one', async () => {
    await threadCache.drain()
    const first = remote.threadNumber()
    const number = await first.done
    await expect.poll(() => threadCache.idle).toBe(1)
    expect(await remote.threadNumber().done).toBe(number)
  })

  it('leaves nothing of a channel to the next one', async () => {
    await threadCache.drain()
    for (let round = 0; round < 20; round++) {
      const quitting = remote.quitter()
      const puts = [1, new Date(2), 'x'.repeat(2000)].map((value) =>
        quitting.put(value).catch((error) => expect(error).toBeInstanceOf(ChannelClosedError)),
      )
      const [kept, lost] = duplex<unknown>({ capacity: 1 })
      quitting.put(lost).catch(() => lost.close())
      expect(await quitting.done).toBe('done')
      await Promise.all(puts)
      await expect(kept.get()).rejects.toBeInstanceOf(Error)
      const echo = remote.echo(round)
      expect(await echo.get()).toEqual([round])
      await echo.put('new')
      expect(await echo.get()).toBe('new')
      echo.close()
      await echo.done.catch(() => {})
    }
    expect(threadCache.idle).toBe(1)
  })

  it('reads what a channel holds after its thread has gone on', async () => {
    const first = remote.count(50)
    await first.done
    const [second, third] = [remote.count(60), remote.countTight(3)]
    expect(await all(second)).toHaveLength(60)
    expect(await all(first)).toEqual(Array.from({ length: 50 }, (_, index) => index))
    expect(await all(third)).toEqual([0, 1, 2])
    await expect(first.get()).rejects.toBeInstanceOf(ChannelClosedError)
  })

  it('has it alone where isolated', async () => {
    await threadCache.drain()
    const number = await remote.isolated().done
    await threadCache.drain()
    expect(await remote.threadNumber().done).not.toBe(number)
    expect(await remote.isolated().done).not.toBe(await remote.threadNumber().done)
  })

  it('takes it along when it failed or left a timer', async () => {
    await threadCache.drain()
    await remote.leaver().done
    await remote.thrower('x').done.catch(() => {})
    await threadCache.drain()
    expect([threadCache.idle, threadCache.running]).toEqual([0, 0])
  })
})
