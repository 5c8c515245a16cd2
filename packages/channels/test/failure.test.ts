import { go, ref, threadCache } from '@conc/channels'
import { UnknownTaskError, WorkerLostError } from '@conc/core'
import { afterAll, describe, expect, it } from 'vitest'
import * as remote from './fixtures/coroutines.mjs'

const fixtures = new URL('./fixtures/coroutines.mjs', import.meta.url)

afterAll(() => threadCache.drain())

describe('a coroutine that fails', { timeout: 30_000 }, () => {
  it('gives its items first, then its error', async () => {
    const made = remote.thrower('bad')
    expect(await made.get()).toBe('before')
    await expect(made.get()).rejects.toMatchObject({ message: 'bad', code: 'E_TEST' })
    await expect(made.done).rejects.toBeInstanceOf(TypeError)
  })

  it('by `undefined` does not look as if it had ended well', async () => {
    const made = remote.nothingThrower()
    expect(await made.get()).toBe('before')
    await expect(made.get()).rejects.toThrow('threw undefined')
    await expect(made.done).rejects.toBeUndefined()
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
