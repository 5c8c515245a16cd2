import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { channel, go, threadCache, UnshippableFunctionError } from '@conc/channels'
import { InvalidOptionError } from '@conc/core'
import { afterAll, describe, expect, it } from 'vitest'
import { shipper } from './fixtures/coroutines.mjs'

const program = fileURLToPath(new URL('./programs/plain.mjs', import.meta.url))

afterAll(() => threadCache.drain())

async function run(...flags: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program])
  return JSON.parse(stdout)
}

describe('go with a plain function', { timeout: 60_000 }, () => {
  it('ships what is self-contained and refuses the rest', async () => {
    expect(await run()).toEqual({
      fib: 55,
      factorial: 120,
      double: 8,
      scoped: 4,
      together: true,
      renamed: 24,
      channel: 'own',
      method: 8,
      imports: '5/',
      names: 1,
      captured: ['captured', ['limit', 'fib']],
      default: ['captured', ['limit']],
      arrow: ['context', ['this']],
      super: ['context', ['super']],
      meta: ['context', ['import.meta']],
      bound: ['unreadable', []],
      native: ['unreadable', []],
      class: ['unreadable', []],
      getter: ['unreadable', []],
      coverage: ['transformed', ['cov_1k2']],
      uncloneable: 'scope.value.cb',
    })
  })

  it('is refused where the process makes no code from strings', async () => {
    await expect(run('--disallow-code-generation-from-strings')).rejects.toThrow(
      /forbids code from strings/,
    )
  })

  it('says what to do', () => {
    const limit = 1
    const use = (n: number): number => n + limit
    expect(() => go(use)).toThrow(UnshippableFunctionError)
    expect(() => go(use)).toThrow(
      "Cannot run `use` in a thread: it uses `limit` from outside itself. Pass them as arguments, list them: go(use, { scope: { limit } }), import modules inside it with await import(…), or declare it: coroutine('use', fn).",
    )
    expect(() => go((n: number): number => n + limit)).toThrow(
      'Cannot run this function in a thread: it uses `limit` from outside itself. Pass them as arguments, list them: go(fn, { scope: { limit } })',
    )
  })

  it.each([[{ 'no-name': 1 }], [{ if: 1 }], [{ jobs: channel() }]])(
    'refuses a scope: %o',
    (scope) => {
      expect(() => go(() => 1, { scope })).toThrow(InvalidOptionError)
    },
  )

  it('refuses in a thread as well, and whoever started that thread gets the error itself', async () => {
    const { done } = shipper(1)
    await expect(done).rejects.toBeInstanceOf(UnshippableFunctionError)
    await expect(done).rejects.toMatchObject({
      code: 'CONC_UNSHIPPABLE_FUNCTION',
      reason: 'captured',
      names: ['n'],
    })
  })
})
