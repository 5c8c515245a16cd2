import { InvalidOptionError, task } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { iterWait, Pool } from '../src/index.js'

const fn = (n: number) => n
const asyncSource = (async function* () {})()

/** Calls with arguments that types forbid. */
const bad = (call: (pool: Record<string, (...args: unknown[]) => unknown>) => unknown) => {
  const pool = new Pool()
  try {
    call(pool as never)
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionError)
    expect(pool).toMatchObject({ running: 0, waiting: 0 })
    return (error as Error).message
  }
  return 'nothing thrown'
}

describe('bad input throws at once', () => {
  it.each([
    ['size 0', 0, 'size'],
    ['a negative size', -1, 'size'],
    ['a broken size', 1.5, 'size'],
    ['no number', { size: '2' }, 'size'],
    ['no name', { name: '' }, 'name'],
    ['no executor', { executor: {} }, 'executor'],
    ['a negative queueLimit', { queueLimit: -1 }, 'queueLimit'],
    ['no signal', { signal: {} }, 'signal'],
    ['an unknown onDispose', { onDispose: 'wait' }, 'onDispose'],
    ['an unknown cancelPolicy', { cancelPolicy: 'soon' }, 'cancelPolicy'],
    ['a detectDeadlock that is no boolean', { detectDeadlock: 1 }, 'detectDeadlock'],
    ['an onError that is no function', { onError: 1 }, 'onError'],
    ['an unknown option', { concurrency: 2 }, 'options'],
    ['no options', null, 'options'],
  ])('of the constructor: %s', (_, options, named) => {
    expect(() => new Pool(options as never)).toThrow(InvalidOptionError)
    expect(() => new Pool(options as never)).toThrow(`Expected \`${named}\``)
  })

  it.each(['spawn', 'spawnN', 'exec', 'map', 'mapN', 'iterMap'])('of %s', (name) => {
    const takesItems = ['map', 'mapN', 'iterMap'].includes(name)
    const call = (work: unknown, options?: object) =>
      bad((pool) => (takesItems ? pool[name]?.(work, [1], options) : pool[name]?.(work, options)))
    expect(call(Promise.resolve())).toContain('`fn` to be a function (pass `() => work()`)')
    expect(call(undefined)).toContain('`fn` to be a function')
    expect(call(fn, { cb: Promise.resolve() })).toContain('`cb` to be a function (pass `() =>')
    expect(call(fn, { cb: 1 })).toContain('`cb` to be a function')
    expect(call(fn, { timeoutMs: 0 })).toContain('`timeoutMs`')
    expect(call(fn, { timeoutMs: -1 })).toContain('`timeoutMs`')
    expect(call(fn, { signal: 1 })).toContain('`signal`')
    expect(call(fn, { retry: -1 })).toContain('`retry`')
    expect(call(fn, { name: '' })).toContain('`name`')
    expect(call(fn, { args: [1] })).toContain('`args`')
    expect(call(fn, 1 as never)).toContain('`options`')
  })

  it('of sources', () => {
    for (const name of ['map', 'mapN', 'iterMap']) {
      expect(bad((pool) => pool[name]?.(fn, 5))).toContain('`items` to be an iterable')
      expect(bad((pool) => pool[name]?.(fn, null))).toContain('`items`')
    }
    expect(bad((pool) => pool.mapN?.(fn, asyncSource))).toContain('for an async one use `map`')
  })

  it('of arguments', () => {
    const declared = task('pool-test/declared', fn)
    expect(bad((pool) => pool.exec?.(declared, { args: 1 }))).toContain('`args` to be an array')
    expect(bad((pool) => pool.map?.(declared, [1], { args: [1] }))).toContain('`args`')
    expect(bad((pool) => pool.submit?.(fn, 1))).toContain('`args`')
    expect(bad((pool) => pool.submit?.(1, []))).toContain('`work`')
    expect(bad((pool) => pool.submit?.(fn, [], { timeoutMs: 0 }))).toContain('`timeoutMs`')
    expect(bad((pool) => pool.stream?.(1, []))).toContain('`work`')
    expect(bad((pool) => pool.stream?.(fn, 1))).toContain('`args`')
  })

  it('of modes and rounds', () => {
    const iter = (options: object) => bad((pool) => pool.iterMap?.(fn, [1], options))
    expect(bad((pool) => pool.map?.(fn, [1], { results: 'all' }))).toContain('`results`')
    expect(iter({ results: 'all' })).toContain('`results`')
    expect(iter({ yieldWhen: 'last' })).toContain('`yieldWhen`')
    expect(iter({ roundMs: -1 })).toContain('`roundMs`')
    expect(iter({ flat: 1 })).toContain('`flat`')
    expect(iter({ lazy: 1 })).toContain('`lazy`')
    expect(iter({ ordered: 'yes' })).toContain('`ordered`')
    expect(iter({ buffer: 0 })).toContain('`buffer`')
    expect(iter({ onBreak: 'stop' })).toContain('`onBreak`')
    expect(iter({ lazy: true, yieldWhen: 'all' })).toContain("'first' where the source is lazy")
    expect(bad((pool) => pool.iterMap?.(fn, asyncSource, { yieldWhen: 'all' }))).toContain(
      '`yieldWhen`',
    )
  })

  it('of cancel', () => {
    expect(bad((pool) => pool.cancel?.(Promise.resolve()))).toContain('(await `spawn` first)')
    expect(bad((pool) => pool.cancel?.(1))).toContain('`options`')
    expect(bad((pool) => pool.cancel?.({}, {}))).toContain('`handles`')
    expect(bad((pool) => pool.cancel?.({ handles: 1 }))).toContain('`handles`')
    expect(bad((pool) => pool.cancel?.({ handles: [1] }))).toContain('a task handle')
    expect(bad((pool) => pool.cancel?.({ results: 'all' }))).toContain('`results`')
    expect(bad((pool) => pool.cancel?.({ waitMs: -1 }))).toContain('`waitMs`')
  })

  it('of iterWait', () => {
    expect(() => iterWait(5 as never)).toThrow(InvalidOptionError)
    expect(() => iterWait([Promise.resolve()] as never)).toThrow('(await `spawn` first)')
    expect(() => iterWait([], { roundMs: -1 })).toThrow('`roundMs`')
  })

  it('of close and ready', () => {
    expect(bad((pool) => pool.close?.({ pending: 'wait' }))).toContain('`pending`')
    expect(bad((pool) => pool.ready?.({ signal: 1 }))).toContain('`signal`')
  })
})
