import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { channels, inline, limit, type TaskTrace, task } from '../src/index.js'
import { publish } from '../src/internal/running/events.js'

let count = 0
const declared = <A extends readonly unknown[], R>(fn: (...args: A) => R) =>
  task(`test/diagnostics-${++count}`, fn)

type Step = 'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error'

/** What `conc:task` publishes from here to the end of the test. */
function following(): { steps: Step[]; traces: TaskTrace[] } {
  const seen: { steps: Step[]; traces: TaskTrace[] } = { steps: [], traces: [] }
  const on = (step: Step) => (trace: unknown) => {
    seen.steps.push(step)
    if (!seen.traces.includes(trace as TaskTrace)) seen.traces.push(trace as TaskTrace)
  }
  const subscribers = {
    start: on('start'),
    end: on('end'),
    asyncStart: on('asyncStart'),
    asyncEnd: on('asyncEnd'),
    error: on('error'),
  }
  channels.task.subscribe(subscribers)
  onTestFinished(() => void channels.task.unsubscribe(subscribers))
  return seen
}

describe('conc:task', () => {
  it('frames a body, with what it returned', async () => {
    const seen = following()
    const body = declared((n: number) => 2 * n)
    await body.on(inline({ name: 'there' }))(4)
    expect(seen.steps).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
    expect(seen.traces).toEqual([
      { id: expect.any(String), name: body.name, executor: 'there', attempt: 1, result: 8 },
    ])
  })

  it('tells the error of a body that throws, for each attempt', async () => {
    const seen = following()
    const error = new Error('no')
    const body = declared(() => {
      throw error
    })
    await body
      .with({ retry: 1 })()
      .catch(() => {})
    expect(seen.steps.filter((step) => step === 'error')).toHaveLength(2)
    expect(seen.traces.map(({ attempt, error }) => [attempt, error])).toEqual([
      [1, error],
      [2, error],
    ])
  })

  it('sees plain functions by their name, once through several executors', async () => {
    const seen = following()
    await limit(limit(inline(), 1), 1).submit(function named() {}, [])
    await inline().submit(() => {}, [])
    expect(seen.traces.map(({ name, executor }) => [name, executor])).toEqual([
      ['named', 'inline'],
      ['anonymous', 'inline'],
    ])
  })

  it('sees a whole stream as one body', async () => {
    const seen = following()
    const items = declared(async function* () {
      yield 1
      yield 2
    })
    for await (const item of items()) expect(seen.steps, `at ${item}`).not.toContain('asyncEnd')
    expect(seen.steps).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
    for await (const _ of items()) break
    expect(seen.steps.filter((step) => step === 'asyncEnd')).toHaveLength(2)
  })

  it('sees the end of a stream whose finally throws', async () => {
    const seen = following()
    const items = declared(async function* () {
      try {
        yield 1
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: this is what is tested
        throw new Error('from finally')
      }
    })()
    await items.next()
    await items.return(undefined).catch(() => {})
    expect(seen.steps).toContain('asyncEnd')
  })

  it('costs no id where nobody listens', async () => {
    const ids: unknown[] = []
    const body = declared(() => ids.push(1))
    const spy = vi.spyOn(channels.task, 'tracePromise')
    await body()
    await inline().submit(() => 1, [])
    expect(spy).not.toHaveBeenCalled()
    spy.mockRestore()
  })
})

describe('publish', () => {
  it('builds an event only for a listener', () => {
    const details = vi.fn(() => ({ worker: 3 }))
    publish(channels.worker, 'started', 'threads', details)
    expect(details).not.toHaveBeenCalled()
    const heard = vi.fn()
    channels.worker.subscribe(heard)
    publish(channels.worker, 'started', 'threads', details)
    channels.worker.unsubscribe(heard)
    expect(heard.mock.calls[0]?.[0]).toEqual({
      type: 'started',
      executor: 'threads',
      at: expect.any(BigInt),
      worker: 3,
    })
  })

  it('knows its channels by name', () => {
    const names = [channels.worker, channels.pool, channels.session, channels.weave, channels.log]
    expect(names.map(({ name }) => name)).toEqual([
      'conc:worker',
      'conc:pool',
      'conc:session',
      'conc:weave',
      'conc:log',
    ])
  })
})
