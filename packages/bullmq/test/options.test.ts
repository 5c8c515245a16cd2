import { BullExecutor, type BullOptions, type BullWorkerOptions, runBullWorker } from '@conc/bullmq'
import { InvalidOptionError } from '@conc/core'
import { importModules } from '@conc/core/internal'
import { describe, expect, it } from 'vitest'

const url = 'redis://127.0.0.1:1'

describe('options of BullExecutor', () => {
  it.each<[string, BullOptions]>([
    ['neither url nor connection', {}],
    ['both', { url, connection: {} }],
    ['another protocol', { url: 'http://127.0.0.1' }],
    ['no URL', { url: 'nowhere' }],
    ['a queue name with a colon', { url, queue: 'a:b' }],
    ['a prefix with a brace', { url, prefix: '{a}' }],
    ['queueLimit 0', { url, queueLimit: 0 }],
    ['maxInFlight 1.5', { url, maxInFlight: 1.5 }],
    ['inlineBytes -1', { url, inlineBytes: -1 }],
    ['maxPayloadBytes 0', { url, maxPayloadBytes: 0 }],
    ['results.keep 0', { url, results: { keep: 0 } }],
    ['failures.keepMs 0', { url, failures: { keepMs: 0 } }],
    ['reconnectMs 0', { url, reconnectMs: 0 }],
    ['orphans requeue', { url, orphans: 'requeue' as never }],
    ['an unknown cancelPolicy', { url, cancelPolicy: 'later' as never }],
    ['priorities 1', { url, priorities: 1 as never }],
    ['an empty signing key', { url, signingKey: '' }],
    ['blobs without get', { url, blobs: { put() {}, delete() {} } as never }],
    ['an unknown option', { url, retries: 3 } as never],
  ])('%s is refused at once', (_, options) => {
    expect(() => new BullExecutor(options)).toThrow(InvalidOptionError)
  })

  it('shows no password where url and connection are both given', () => {
    const both = { url: 'redis://:hunter2@127.0.0.1:1', connection: {} }
    expect(() => new BullExecutor(both)).toThrow(
      'Expected `url` to be left out where `connection` is given, got both.',
    )
  })

  it('asks for an address where there is none', () => {
    expect(() => new BullExecutor({} as never)).toThrow(
      'Expected `url` to be a redis:// or rediss:// URL, or `connection` to be given, got undefined.',
    )
  })

  it('shows no password of a wrong URL', () => {
    const wrong = { url: 'http://user:secret@127.0.0.1' }
    expect(() => new BullExecutor(wrong)).toThrow(/^(?!.*secret).*redis:\/\//)
  })

  it.each([
    [1234567, 'got a number.'],
    [null, 'got null.'],
    ['', 'got an empty one.'],
    [[], 'got an array.'],
  ])('says of a wrong key only of which kind it is: %o', (signingKey, received) => {
    expect(() => new BullExecutor({ url, signingKey } as never)).toThrow(received)
  })
})

describe('a module that a worker imports', () => {
  it.each<[string, () => unknown]>([
    ['A BullExecutor was made', () => new BullExecutor({ url })],
    ['A BullMQ worker was started', () => runBullWorker({ url, modules: ['node:path'] })],
  ])('may not be where %s, and is told what to do', async (what, open) => {
    Object.assign(globalThis, { openBull: open })
    const module = `data:text/javascript,await globalThis.openBull() // ${encodeURI(what)}`
    await expect(importModules([module])).rejects.toMatchObject({
      code: 'CONC_WHILE_IMPORTING',
      message: expect.stringContaining(`${what} while a worker is importing this module.`),
    })
  })
})

describe('options of runBullWorker', () => {
  const modules = ['node:path']
  it.each<[string, Partial<BullWorkerOptions>]>([
    ['no module', { url, modules: [] }],
    ['concurrency 0', { url, modules, concurrency: 0 }],
    ['lockMs 999', { url, modules, lockMs: 999 }],
    ['stalledMs 0', { url, modules, stalledMs: 0 }],
    ['maxStalled -1', { url, modules, maxStalled: -1 }],
    ['shutdownTimeoutMs 0', { url, modules, shutdownTimeoutMs: 0 }],
    ['unknownTaskMs 0', { url, modules, unknownTaskMs: 0 }],
    ['an executor that is none', { url, modules, executor: {} as never }],
  ])('%s is refused at once', (_, options) => {
    const start = () => runBullWorker(options as BullWorkerOptions)
    expect(start).toThrow(InvalidOptionError)
  })

  it('a module that cannot be imported is the reason', async () => {
    const started = runBullWorker({ url, modules: ['./there-is-none.mjs'] })
    await expect(started).rejects.toThrow('there-is-none.mjs')
  })
})
