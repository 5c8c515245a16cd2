import { coroutine, duplex, go, ref, threadCache } from '@conc/channels'
import { DuplicateTaskError, InvalidOptionError } from '@conc/core'
import { afterAll, describe, expect, it } from 'vitest'
import * as remote from './fixtures/coroutines.mjs'

afterAll(() => threadCache.drain())

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
