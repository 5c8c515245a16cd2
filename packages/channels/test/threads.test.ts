import {
  ChannelClosedError,
  ChannelStateError,
  ChannelTimeoutError,
  channel,
  coroutine,
  duplex,
  go,
  type LinkedChannel,
  recv,
  ref,
  select,
  selectSync,
  self,
  send,
  threadCache,
} from '@conc/channels'
import {
  ConcError,
  DuplicateTaskError,
  InvalidOptionError,
  SerializationError,
  UnknownTaskError,
  WorkerLostError,
} from '@conc/core'
import { afterAll, describe, expect, it } from 'vitest'
import * as remote from './fixtures/coroutines.mjs'

const fixtures = new URL('./fixtures/coroutines.mjs', import.meta.url)

afterAll(() => threadCache.drain())

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = []
  for await (const item of source) seen.push(item)
  return seen
}

describe('a coroutine', { timeout: 30_000 }, () => {
  it('puts into the channel that its start gave', async () => {
    expect(await remote.fibonacci(10).get()).toBe(55)
    expect(self()).toBeUndefined()
    expect(coroutine.self()).toBeUndefined()
  })

  it('gets what its caller puts, until the caller closes', async () => {
    const twice = remote.doubler()
    await twice.put(21)
    expect(await twice.get()).toBe(42)
    twice.closeWrite()
    expect(await twice.recv()).toEqual({ ok: false, value: undefined })
    await twice.done
    expect(twice.alive()).toBe(false)
  })

  it('does so without an event loop', async () => {
    const twice = remote.syncDoubler()
    void twice.put(4)
    expect(await twice.get()).toBe(8)
    void twice.put(undefined)
    expect(await twice.done).toBe('done')
  })

  it.each([
    ['an async loop', remote.count],
    ['a sync loop', remote.countSync],
    ['a small capacity', remote.countTight],
    ['no capacity', remote.countUnbuffered],
    ['a generator', remote.generated],
  ])('delivers all items of %s in order', async (_, begin) => {
    const items = await all(begin(500))
    expect(items).toEqual(Array.from({ length: 500 }, (_, index) => index))
  })

  it('is never further ahead than the capacity', async () => {
    const made = remote.countTight(10)
    expect(await made.get()).toBe(0)
    expect(made.size).toBeLessThanOrEqual(2)
    expect(await all(made)).toHaveLength(9)
  })

  it('resolves done with what the body or generator returned', async () => {
    const made = remote.generated(2)
    expect(await all(made)).toEqual([0, 1])
    expect(await made.done).toBe('end')
  })

  it('copies arguments and items', async () => {
    const values = [1n, { a: [undefined, null] }, new Map([[1, new Date(0)]]), 'ä']
    const made = remote.echo(...values)
    expect(await made.get()).toEqual(values)
    await made.put(values)
    expect(await made.get()).toEqual(values)
    made.close()
  })

  it('passes context variables on', async () => {
    expect(await remote.tenant.run('acme', () => remote.tenantOf().done)).toBe('acme')
  })

  it('starts others', async () => {
    expect(await remote.nested(5).done).toBe(5)
  })

  it('lives on in its thread while others that it started run', async () => {
    const [mine, yours] = duplex<number>()
    expect(await remote.launcher(yours as LinkedChannel<unknown, unknown>).done).toBe('launched')
    await mine.put(1)
    expect(await mine.get()).toBe(2)
    mine.close()
  })

  it('is a declared task, or any export', async () => {
    const made = go(remote.context)('first')
    expect(await made.get()).toBe('first')
    expect(await made.done).toMatchObject({ name: 'channels-test/context', aborted: false })
    const product = go(ref<typeof remote.exported>(fixtures, 'exported'))(2, 3)
    expect(await product.get()).toBe(5)
    expect(await product.done).toBe(6)
  })

  describe('that fails', () => {
    it('gives its items first, then its error', async () => {
      const made = remote.thrower('bad')
      expect(await made.get()).toBe('before')
      await expect(made.get()).rejects.toMatchObject({ message: 'bad', code: 'E_TEST' })
      await expect(made.done).rejects.toBeInstanceOf(TypeError)
    })

    it.each([
      ['an exception', remote.lateThrower],
      ['a rejection', remote.rejecter],
    ])('by what nobody caught: %s', async (_, begin) => {
      const made = begin()
      await expect(made.get()).rejects.toBeInstanceOf(RangeError)
      await expect(made.done).rejects.toBeInstanceOf(RangeError)
    })

    it('by process.exit is a lost thread, after its items', async () => {
      const made = remote.exiter(7)
      expect(await made.get()).toBe('before')
      const lost = { code: 'CONC_WORKER_LOST', exitCode: 7, started: true }
      await expect(made.get()).rejects.toMatchObject(lost)
      await expect(made.done).rejects.toMatchObject(lost)
    })

    it('by using up its memory is one too', async () => {
      const made = remote.hoarder()
      expect(await made.get()).toBe('before')
      await expect(made.done).rejects.toMatchObject({
        code: 'CONC_WORKER_LOST',
        cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
      })
      await expect(made.get()).rejects.toBeInstanceOf(WorkerLostError)
    })

    it('by process.exit is seen by a thread that blocks on it', async () => {
      const made = remote.exiter(5)
      expect(made.getSync({ timeoutMs: 20_000 })).toBe('before')
      expect(() => made.getSync({ timeoutMs: 20_000 })).toThrow(WorkerLostError)
      await made.done.catch(() => {})
    })

    it('by a result that cannot be copied', async () => {
      await expect(remote.uncloneable().done).rejects.toMatchObject({ path: 'result' })
    })

    it('by a module that throws or lacks the name', async () => {
      const broken = new URL('./fixtures/broken.mjs', import.meta.url)
      const failed = go(ref(broken, 'any'))().done
      await expect(failed).rejects.toBeInstanceOf(UnknownTaskError)
      await expect(failed).rejects.toMatchObject({ cause: { message: 'this module is broken' } })
      await expect(go(ref(fixtures, 'missing'))().get()).rejects.toThrow(/exported/)
    })

    it('by flags that no thread starts with', async () => {
      const made = go(ref<() => number>(fixtures, 'exported'), {
        execArgv: ['--require', '/no/such/file.cjs'],
      })
      const { done } = made()
      await expect(done).rejects.toBeInstanceOf(WorkerLostError)
      await expect(done).rejects.toMatchObject({ started: false, exitCode: 1 })
    })
  })

  describe('that is told to end', () => {
    it.each([
      ['an async loop', remote.count],
      ['a sync loop', remote.countSync],
      ['a small capacity', remote.countTight],
      ['no capacity', remote.countUnbuffered],
    ])('at any moment, gives what it put without a gap: %s', async (_, begin) => {
      for (const taken of [0, 1, 2, 5, 30]) {
        const made = begin(1e9)
        const items: number[] = []
        while (items.length < taken) items.push(await made.get())
        made.close()
        items.push(...(await all(made)))
        expect(items).toEqual(Array.from({ length: items.length }, (_, index) => index))
        await expect(made.done).rejects.toBeInstanceOf(ChannelClosedError)
      }
    })

    it('sees close in a loop that never yields', async () => {
      const made = remote.busy()
      expect(await made.get()).toBe('begun')
      made.close()
      expect(await made.done).toBeUndefined()
    })

    it('is woken by its signal; the channel ends well, done has the reason', async () => {
      const made = remote.waiter()
      expect(await made.get()).toBe('begun')
      made.close()
      await expect(made.done).rejects.toBeInstanceOf(ChannelClosedError)
      expect(await made.recv()).toEqual({ ok: false, value: undefined })
    })

    it('hears its signal, also where it had looked at it just before', async () => {
      const closed = new SharedArrayBuffer(4)
      const made = remote.surprised(closed)
      expect(await made.get()).toBe('looked')
      made.close()
      const word = new Int32Array(closed)
      Atomics.store(word, 0, 1)
      Atomics.notify(word, 0)
      expect(await made.done).toBe('heard')
    })

    it('can poll its signal without a turn of its event loop', async () => {
      const made = remote.pollingSelf()
      expect(await made.get()).toBe('begun')
      made.close()
      await expect(made.done).rejects.toBeInstanceOf(ChannelClosedError)
    })

    it('is woken out of sleepSync', async () => {
      const made = remote.sleeper()
      expect(await made.get()).toBe('begun')
      made.close()
      expect(await made.done).toBe('woken')
    })

    it('ends at once by terminate, whatever it does', async () => {
      const made = remote.endless()
      expect(await made.get()).toBe('begun')
      await made.terminate()
      await expect(made.done).rejects.toMatchObject({ code: 'CONC_WORKER_LOST', started: true })
      await expect(made.get()).rejects.toBeInstanceOf(WorkerLostError)
    })

    it('rejects waits with the reason of the signal, and ends after graceMs', async () => {
      const abort = new AbortController()
      const begin = go(
        ref<() => void>(new URL('./fixtures/endless.mjs', import.meta.url), 'endless'),
        {
          signal: abort.signal,
          graceMs: 0,
        },
      )
      const made = begin()
      expect(await made.get()).toBe('begun')
      const waiting = made.get()
      abort.abort('enough')
      await expect(waiting).rejects.toBe('enough')
      await expect(made.done).rejects.toBe('enough')
      await expect(made.put(1 as never)).rejects.toBeInstanceOf(ChannelClosedError)
      expect(begin).toThrow('enough')
    })

    it('ends with its await using block', async () => {
      let done: Promise<unknown>
      {
        await using made = remote.busy()
        expect(await made.get()).toBe('begun')
        done = made.done
      }
      expect(await done).toBeUndefined()
    })
  })

  describe('and its thread', () => {
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
})

describe('a linked channel', { timeout: 30_000 }, () => {
  it('refuses what cannot travel with its path, and loses no credit', async () => {
    const made = remote.echo()
    expect(await made.get()).toEqual([])
    const wrong = { socket: () => {} }
    await expect(made.put(wrong)).rejects.toMatchObject({ path: 'value.socket' })
    expect(() => made.tryPut({ url: new URL('http://a') })).toThrow(SerializationError)
    await expect(made.put(channel())).rejects.toThrow(/duplex/)
    await expect(made.put(1, { transfer: [5 as never] })).rejects.toMatchObject({
      path: 'transfer',
    })
    expect(() => remote.echo(1, { cb() {} })).toThrow(/args\[1\]\.cb/)
    await made.put('fine')
    expect(await made.get()).toBe('fine')
    made.close()
  })

  it('moves what is on the transfer list', async () => {
    const made = remote.echo()
    await made.get()
    const bytes = new Uint8Array([1, 2, 3])
    await made.put(bytes, { transfer: [bytes.buffer] })
    expect(bytes.length).toBe(0)
    expect(await made.get()).toEqual(new Uint8Array([1, 2, 3]))
    made.close()
  })

  it('withdraws a put that waits, also one that nobody took at capacity 0', async () => {
    const [mine, yours] = duplex<number>({ capacity: 0 })
    const abort = new AbortController()
    const puts = [1, 2].map((value) => mine.put(value, { signal: abort.signal }))
    abort.abort('enough')
    for (const put of puts) await expect(put).rejects.toBe('enough')
    const kept = mine.put(3)
    expect(await yours.get()).toBe(3)
    await kept
    expect(yours.tryGet()).toBeUndefined()
    mine.close()
    yours.close()
  })

  it('lets puts that wait arrive after close, then the error', async () => {
    const [mine, yours] = duplex<number>({ capacity: 1 })
    const puts = [1, 2, 3].map((value) => mine.put(value))
    mine.close({ error: new RangeError('that was it') })
    expect([await yours.get(), await yours.get(), await yours.get()]).toEqual([1, 2, 3])
    await expect(yours.get()).rejects.toBeInstanceOf(RangeError)
    await Promise.all(puts)
    await expect(yours.put(1)).rejects.toBeInstanceOf(ChannelClosedError)
  })

  it('drops everything with discard', async () => {
    const [mine, yours] = duplex<number>()
    await mine.put(1)
    await yours.put(2)
    mine.close({ discard: true })
    expect(mine.tryGet()).toEqual({ ok: false, value: undefined })
    expect(yours.tryGet()).toEqual({ ok: false, value: undefined })
    expect([mine.size, yours.size]).toEqual([0, 0])
  })

  it('can be selected on, beside channels of this thread', async () => {
    const made = remote.count(3)
    const other = channel<string>()
    const seen: unknown[] = []
    for (;;) {
      const done = await select({ item: recv(made), other })
      if (!done.ok) break
      seen.push(done.value)
    }
    expect(seen).toEqual([0, 1, 2])
    const [tight] = duplex<number>({ capacity: 0 })
    expect(() => select({ out: send(tight, 1) })).toThrow(InvalidOptionError)
  })

  it('gives loops its sources until all have ended', async () => {
    const [one, two] = [remote.count(50), remote.countTight(50)]
    const seen = new Map([
      [one, 0],
      [two, 0],
    ])
    for await (const source of select(one, two)) {
      expect(await source.get()).toBe(seen.get(source))
      seen.set(source, (seen.get(source) ?? 0) + 1)
    }
    expect([...seen.values()]).toEqual([50, 50])
  })

  it('blocks the main thread only when told to', async () => {
    const made = remote.count(1)
    await made.done
    expect(() => made.getSync()).toThrow(ChannelStateError)
    expect(made.getSync({ timeoutMs: 10_000 })).toBe(0)
    const [mine, yours] = duplex<number>({ capacity: 0 })
    expect(() => mine.getSync({ timeoutMs: 1 })).toThrow(ChannelTimeoutError)
    expect(() => mine.putSync(1, { timeoutMs: 1 })).toThrow(ChannelTimeoutError)
    expect(yours.tryGet()).toBeUndefined()
    const waiting = mine.get()
    expect(() => mine.getSync({ timeoutMs: 1 })).toThrow(ChannelStateError)
    mine.close()
    await expect(waiting).rejects.toBeInstanceOf(ChannelClosedError)
  })

  it('ends when both sides have closed their direction', async () => {
    const [mine, yours] = duplex<number>()
    await mine.put(1)
    mine.closeWrite()
    expect([mine.alive(), yours.alive()]).toEqual([true, true])
    await yours.put(2)
    yours.closeWrite()
    expect([mine.alive(), yours.alive()]).toEqual([false, false])
    expect([await all(mine), await all(yours)]).toEqual([[2], [1]])
    await expect(mine.put(3)).rejects.toBeInstanceOf(ChannelClosedError)
  })

  it('blocks in a select until it has something, or too long', async () => {
    const [one, two] = [remote.countSync(1), duplex<number>()]
    const cases = { one: recv(one), two: recv(two[0]) }
    expect(selectSync(cases, { timeoutMs: 20_000 })).toEqual({ key: 'one', ok: true, value: 0 })
    expect(selectSync({ two: recv(two[0]), out: send(two[0], 1) }, { timeoutMs: 1 }).key).toBe(
      'out',
    )
    expect(() => selectSync({ two: recv(two[0]) }, { timeoutMs: 1 })).toThrow(ChannelTimeoutError)
    expect(() => selectSync(cases)).toThrow(ChannelStateError)
    const here = { one: recv(channel<number>()) }
    expect(() => selectSync(here, { timeoutMs: 1 })).toThrow(InvalidOptionError)
    await one.done
    for (const end of two) end.close()
  })

  it('is handed over once, as an argument or as the value put', async () => {
    const [mine, yours] = duplex<number>()
    await mine.put(1)
    remote.partner(yours as LinkedChannel<unknown, unknown>)
    expect(await mine.get()).toBe(2)
    expect(() => yours.tryGet()).toThrow(ChannelStateError)
    expect(() => remote.partner(yours as LinkedChannel<unknown, unknown>)).toThrow(
      ChannelStateError,
    )
    mine.close()
    const opened = remote.opener()
    const end = await opened.get()
    expect(await end.get()).toBe('hello')
    await end.put('back')
    expect(await opened.done).toBe('back')
  })

  it.each([
    ['exits', 'exit', 'used'],
    ['fails', 'throw', 'used'],
    ['is terminated', 'stay', 'used'],
    ['is terminated', 'stay', 'unused'],
  ] as const)('ends when the thread that has the other end %s: %s, %s', async (_, how, use) => {
    const [mine, yours] = duplex<unknown>()
    const keeper = remote.keeper(yours as LinkedChannel<unknown, unknown>, how)
    if (use === 'used') expect(await mine.get()).toBe('mine')
    else expect(await keeper.get()).toBe('ready')
    const waiting =
      use === 'used' && [mine.get(), mine.get()].map((wait) => wait.catch((error) => error))
    await (how === 'stay' ? keeper.terminate() : keeper.put('end').catch(() => {}))
    await keeper.done.catch(() => {})
    for (const wait of waiting || []) expect(await wait).toBeInstanceOf(ConcError)
    if (use === 'unused') expect(await mine.get()).toBe('mine')
    await expect(mine.get()).rejects.toBeInstanceOf(ConcError)
    expect(mine.alive()).toBe(false)
    await expect(mine.put(1)).rejects.toBeInstanceOf(ChannelClosedError)
    expect(() => mine.getSync({ timeoutMs: 10_000 })).toThrow(ConcError)
    expect(mine.tryGet()?.ok).toBe(false)
  })

  it('stays here when the start it was handed to fails', async () => {
    const [mine, yours] = duplex<unknown>()
    await mine.put(1)
    expect(await yours.get()).toBe(1)
    expect(() => remote.echo(yours, () => {})).toThrow(SerializationError)
    await mine.put(2)
    expect(await yours.get()).toBe(2)
    mine.close()
    yours.close()
  })
})

describe('what is refused', () => {
  it.each([
    [() => go(5 as never)],
    [() => coroutine('no spaces', () => {})],
    [() => coroutine('x', 5 as never)],
    [() => coroutine('x', () => {}, { capacity: -1 })],
    [() => go(remote.context, { graceMs: -1 })],
    [() => go(remote.context, { daemon: 1 as never })],
    [() => go(remote.context, { execArgv: '--no-warnings' as never })],
    [() => go(remote.context, { resourceLimits: 5 as never })],
    [() => go(remote.context, { resourceLimits: { maxOldGenerationSizeMb: '16' as never } })],
    [() => go(remote.context, { resourceLimits: { stackSizeMb: -1 } })],
    [() => go(remote.context, { resourceLimits: { heap: 5 } as never })],
    [() => go(remote.context, { execArgv: ['--no-such-flag'] })('x')],
    [() => go(remote.context, { wrong: 1 } as never)],
    [() => ref('http://example.com/a.js', 'a')],
    [() => duplex({ capacity: 0.5 })],
  ])('%s', (wrong) => {
    expect(wrong).toThrow(InvalidOptionError)
  })

  it('a name that another module has declared', () => {
    expect(() => coroutine('test/fibonacci', () => {})).toThrow(DuplicateTaskError)
  })

  it('a start while a thread imports the module', async () => {
    const early = new URL('./fixtures/opens-thread.mjs', import.meta.url)
    await expect(go(ref(early, 'early'))().done).rejects.toMatchObject({
      cause: { code: 'CONC_WHILE_IMPORTING' },
    })
  })
})
