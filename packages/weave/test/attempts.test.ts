import {
  ConnectionLostError,
  currentTask,
  type Executor,
  inline,
  limit,
  QueueFullError,
  type SubmitOptions,
  TaskTimeoutError,
  task,
  WorkerLostError,
} from '@conc/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type WeaveContext, weave } from '../src/index.js'
import { deferred } from './support/deferred.js'
import { declaredOnly } from './support/executors.js'
import { settledSoon } from './support/settled-soon.js'

afterEach(() => {
  vi.useRealTimers()
})

/** Fails `times` times, then gives the attempt's number. */
function flaky(times: number): (deps: unknown, ctx: WeaveContext) => number {
  return (_deps, ctx) => {
    if (ctx.attempt <= times) throw new Error(`attempt ${ctx.attempt}`)
    return ctx.attempt
  }
}

describe('retries', () => {
  it('repeat a body that threw, and the last error counts', async () => {
    const w = weave().do('a', { retries: 2, needs: [] }, flaky(2))
    const r = await w.run()
    expect(r.a).toBe(3)
    expect(r.timings.a.attempts).toBe(3)
    const settled = await weave().do('a', { retries: 1, needs: [] }, flaky(9)).settle()
    expect(settled.tasks.a).toMatchObject({ status: 'rejected', attempts: 2 })
    expect(settled.error).toMatchObject({ message: 'attempt 2' })
  })

  it('repeat a task on an executor that let out the error of another one', async () => {
    let runs = 0
    const flaky = task('weave-test/lets-out', () => {
      if (++runs <= 4) throw new WorkerLostError('lost elsewhere', { started: true })
      return runs
    })
    const run = (executor: Executor): Promise<{ a: number }> => {
      runs = 0
      return weave().do('a', { retries: 4, executor }, flaky).run()
    }
    expect((await run(inline())).a).toBe(5)
    expect((await run(limit(inline(), 1))).a).toBe(5)
  })

  it('repeat no task on a full executor where it is not asked for, as only its body was refused', async () => {
    let runs = 0
    const refused = task('weave-test/lets-out-refusal', (): never => {
      runs++
      throw new QueueFullError('full elsewhere')
    })
    const executor = limit(inline(), 1, { queueLimit: 3 })
    const settled = await weave().do('a', { executor }, refused).settle()
    expect(settled.error).toBeInstanceOf(QueueFullError)
    expect(runs).toBe(1)
  })

  it('wait as the policy says, and ask `when`', async () => {
    vi.useFakeTimers()
    const at: number[] = []
    const begun = Date.now()
    const asked: number[] = []
    const run = weave()
      .do(
        'a',
        {
          retries: {
            times: 5,
            delayMs: 10,
            factor: 2,
            when: (_error, attempt) => asked.push(attempt) < 3,
          },
        },
        () => {
          at.push(Date.now() - begun)
          throw new Error('x')
        },
      )
      .settle()
    await vi.runAllTimersAsync()
    await run
    expect(at).toEqual([0, 10, 30])
    expect(asked).toEqual([1, 2, 3])
  })

  it('hold per item', async () => {
    const w = weave().each('a', [0, 1, 2], { retries: 2 }, (n, _deps, ctx) => {
      if (ctx.attempt <= n) throw new Error('again')
      return ctx.attempt
    })
    const r = await w.run()
    expect(r.a).toEqual([1, 2, 3])
    expect(r.timings.a.attempts).toBe(3)
  })

  it('give the slot of `concurrency` up while they wait, and `workers` not', async () => {
    vi.useFakeTimers()
    const started: string[] = []
    const run = weave()
      .do('a', { needs: [], retries: { times: 1, delayMs: 100 } }, (_deps, ctx) => {
        started.push(`a${ctx.attempt}`)
        if (ctx.attempt === 1) throw new Error('x')
      })
      .do('b', () => started.push('b'))
      .each(
        'c',
        [1, 2],
        { needs: [], workers: 1, retries: { times: 1, delayMs: 100 } },
        (n, _deps, ctx) => {
          started.push(`c${n}.${ctx.attempt}`)
          if (ctx.attempt === 1 && n === 1) throw new Error('x')
        },
      )
      .run({ concurrency: 1 })
    await vi.advanceTimersByTimeAsync(50)
    expect(started).toEqual(['a1', 'b', 'c1.1'])
    await vi.advanceTimersByTimeAsync(100)
    await run
    expect(started).toEqual(['a1', 'b', 'c1.1', 'a2', 'c1.2', 'c2.1'])
  })

  it('end when the run is stopped', async () => {
    vi.useFakeTimers()
    let calls = 0
    const controller = new AbortController()
    const run = weave()
      .do('a', { retries: { times: 9, delayMs: 10 } }, () => {
        calls++
        throw new Error('x')
      })
      .run({ signal: controller.signal })
    await settledSoon()
    controller.abort('stop')
    await expect(run).rejects.toBe('stop')
    await vi.runAllTimersAsync()
    expect(calls).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('timeoutMs of a task', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  it('is per attempt, aborts its signal, and is retried', async () => {
    const reasons: unknown[] = []
    const run = weave()
      .do('a', { timeoutMs: 100, retries: 1 }, (_deps, ctx) => {
        if (ctx.attempt === 2) return 'done'
        ctx.signal.onabort = () => reasons.push(ctx.signal.reason)
        return new Promise<string>(() => {})
      })
      .run()
    await vi.advanceTimersByTimeAsync(101)
    expect((await run).a).toBe('done')
    expect(reasons).toEqual([expect.any(TaskTimeoutError)])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('names the task', async () => {
    const run = weave()
      .do('slow', { timeoutMs: 100 }, () => new Promise(() => {}))
      .run()
    const rejects = expect(run).rejects.toMatchObject({
      code: 'CONC_TASK_TIMEOUT',
      task: 'slow',
      message: "Task 'slow' timed out after 100 ms.",
    })
    await vi.advanceTimersByTimeAsync(101)
    await rejects
  })

  it('judges a synchronous body when it returns', async () => {
    const body = () => {
      vi.setSystemTime(Date.now() + 200)
      vi.advanceTimersByTime(0)
      return 1
    }
    const clock = vi.spyOn(performance, 'now')
    let now = 0
    clock.mockImplementation(() => (now += 150))
    await expect(weave().do('a', { timeoutMs: 100 }, body).run()).rejects.toThrow(TaskTimeoutError)
    clock.mockRestore()
  })

  it('gives the body a deadline, the smaller one', async () => {
    const r = await weave()
      .do('a', { timeoutMs: 100 }, (_deps, ctx) => ctx.deadline)
      .do('b', { timeoutMs: 900 }, (_deps, ctx) => ctx.deadline)
      .do('c', (_deps, ctx) => ctx.deadline)
      .run({ timeoutMs: 500 })
    expect([r.a, r.b, r.c]).toEqual([Date.now() + 100, Date.now() + 500, Date.now() + 500])
  })

  it('keeps the slot while a body that ignores its signal still runs', async () => {
    const stuck = deferred()
    const started: string[] = []
    const run = weave()
      .do('a', { timeoutMs: 100, retries: 1 }, (_deps, ctx) => {
        started.push(`a${ctx.attempt}`)
        return ctx.attempt === 1 ? stuck.promise : undefined
      })
      .do('b', () => started.push('b'))
      .run({ concurrency: 1 })
    await vi.advanceTimersByTimeAsync(150)
    expect(started).toEqual(['a1', 'a2'])
    stuck.resolve()
    await run
    expect(started).toEqual(['a1', 'a2', 'b'])
  })

  it('holds for many items on one timer', async () => {
    const w = weave().each('a', [1, 2, 3], { timeoutMs: 100 }, (n) =>
      n === 2 ? new Promise<number>(() => {}) : n,
    )
    const settle = w.settle()
    await settledSoon()
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(101)
    const { tasks } = await settle
    expect(tasks.a).toMatchObject({
      status: 'rejected',
      partial: new Map([
        [0, 1],
        [2, 3],
      ]),
    })
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('executors', () => {
  const whereAmI = task('attempts-test/where', ({ a }: { a: number }) => [
    currentTask()?.executor,
    a,
  ])

  it('run declared tasks and, where they can, plain functions', async () => {
    const remote = declaredOnly('remote')
    const w = weave({ a: 1 })
      .do('declared', whereAmI)
      .do('plain', (_deps, ctx) => ctx.executor)
    const here = await w.run()
    expect([here.declared, here.plain]).toEqual([['inline', 1], 'inline'])
    const there = await w.run({ executor: remote })
    expect([there.declared, there.plain]).toEqual([['remote', 1], 'inline'])
    const both = await w.run({ executor: inline({ name: 'mine' }) })
    expect([both.declared, both.plain]).toEqual([['mine', 1], 'mine'])
  })

  it('are chosen by the task, then the defaults, then the run', async () => {
    const [one, two, three] = ['one', 'two', 'three'].map((name) => inline({ name })) as [
      Executor,
      Executor,
      Executor,
    ]
    const seen = (_deps: unknown, ctx: WeaveContext) => ctx.executor
    const w = weave().do('a', { executor: 'first', needs: [] }, seen).do('b', { needs: [] }, seen)
    const r = await w
      .defaults({ executor: two })
      .run({ executor: three, executors: { first: one } })
    expect([r.a, r.b]).toEqual(['one', 'two'])
    expect((await w.run({ executor: three, executors: { first: one } })).b).toBe('three')
  })

  it('receive items, with the dependencies where the task wants them', async () => {
    const alone = task('attempts-test/alone', (...args: [number]) => args.length)
    const withDeps = task('attempts-test/with', (n: number, { add }: { add: number }) => n + add)
    const r = await weave({ add: 10 })
      .each('a', [1, 2], { needs: [] }, alone)
      .each('b', [1, 2], withDeps)
      .run()
    expect(r.a).toEqual([1, 1])
    expect(r.b).toEqual([11, 12])
  })

  it('bound what runs at a time', async () => {
    let running = 0
    let most = 0
    const r = await weave()
      .each('a', [1, 2, 3, 4], async (n) => {
        most = Math.max(most, ++running)
        await null
        running--
        return n
      })
      .run({ executor: limit(inline(), 2) })
    expect(r.a).toEqual([1, 2, 3, 4])
    expect(most).toBe(2)
  })

  it('with a short queue are not flooded', async () => {
    const small = limit(inline(), 1, { queueLimit: 1 })
    const list = Array.from({ length: 50 }, (_, n) => n)
    const r = await weave()
      .each('a', list, { executor: small, workers: 10 }, async (n) => n)
      .run()
    expect(r.a).toEqual(list)
  })

  it('are not handed over again after the run, even where ready() does not look at its signal', async () => {
    const controller = new AbortController()
    let submits = 0
    const full: Executor = {
      ...declaredOnly('full'),
      load: { concurrency: 1, running: 0, waiting: 1, queueLimit: 1 },
      ready: async () => {},
      submit: async () => {
        if (++submits === 3) controller.abort(new Error('enough'))
        throw new QueueFullError('full')
      },
    }
    const w = weave().do(
      'a',
      { executor: full },
      task('attempts-test/full', async () => 1),
    )
    await expect(w.run({ signal: controller.signal })).rejects.toThrow('enough')
    await settledSoon()
    expect(submits).toBe(3)
  })

  it('are told to stop with the run', async () => {
    const gate = deferred()
    let signal: AbortSignal | undefined
    const stuck = task('attempts-test/stuck', () => {
      signal = currentTask()?.signal
      return gate.promise
    })
    const executor = inline()
    const settled = await weave()
      .do('a', { executor }, stuck)
      .do('b', async () => {
        await settledSoon()
        throw new Error('b')
      })
      .settle()
    expect(settled.tasks.a.status).toBe('cancelled')
    expect(signal?.reason).toMatchObject({ origin: 'sibling' })
    gate.resolve()
    await executor.close()
  })
})

describe('attempts on an executor', () => {
  /** Answers each submit with the next of `answers`, and records its options. */
  function scripted(answers: (() => unknown)[]): { executor: Executor; sent: SubmitOptions[] } {
    const sent: SubmitOptions[] = []
    const executor = declaredOnly('scripted')
    const submit = async (_work: unknown, _args: unknown, options: SubmitOptions = {}) => {
      sent.push(options)
      return answers[sent.length - 1]?.()
    }
    return { executor: { ...executor, submit } as unknown as Executor, sent }
  }
  const work = task('attempts-test/work', () => 1)
  const fails = (error: Error) => () => {
    throw error
  }

  it('are one submit each, with the key of a new attempt after a failure', async () => {
    const { executor, sent } = scripted([
      fails(new Error('body')),
      fails(new ConnectionLostError('lost')),
      () => 'done',
    ])
    const options = {
      executor,
      retries: 5,
      idempotencyKey: () => 'k',
      headers: { h: '1' },
      tags: ['gpu'],
      timeoutMs: 500,
      priority: 3,
    }
    const r = await weave().do('a', options, work).run()
    expect(r.a).toBe('done')
    expect(sent.map((one) => one.idempotencyKey)).toEqual(['k', 'k#2', 'k#2'])
    expect(sent[0]).toMatchObject({
      retry: 0,
      timeoutMs: 500,
      priority: 3,
      headers: { h: '1' },
      tags: ['gpu'],
    })
  })

  it('are not repeated after a loss without a key or an idempotent task', async () => {
    const { executor, sent } = scripted([fails(new ConnectionLostError('lost')), () => 1])
    await weave().do('a', { executor, retries: 5 }, work).settle()
    expect(sent).toHaveLength(1)
  })

  it('are not repeated when the executor says that it is of no use', async () => {
    const timeout = new TaskTimeoutError('late', { phase: 'running' })
    const { executor, sent } = scripted([fails(timeout), () => 1])
    expect((await weave().do('a', { executor, retries: 1 }, work).run()).a).toBe(1)
    expect(sent).toHaveLength(2)
    const lost = () => fails(new WorkerLostError('gone'))
    const killer = scripted([lost(), lost(), lost(), () => 1])
    const settled = await weave()
      .do('a', { executor: killer.executor, retries: 9, idempotencyKey: 'k' }, work)
      .settle()
    expect(settled.error).toMatchObject({ name: 'PoisonTaskError' })
    expect(killer.sent).toHaveLength(3)
  })

  it("follow the task's own options where the weave says nothing", async () => {
    const { executor, sent } = scripted([fails(new Error('once')), () => 'done'])
    const own = task('attempts-test/own', () => 1, { retry: 1, timeoutMs: 50 })
    expect((await weave().do('a', { executor }, own).run()).a).toBe('done')
    expect(sent[0]).toMatchObject({ timeoutMs: 50 })
  })

  it('give their slot back where the executor throws in the call itself', async () => {
    const throwing: Executor = {
      ...declaredOnly('throwing'),
      get load() {
        return { concurrency: 1, running: 0, waiting: 0, queueLimit: Number.POSITIVE_INFINITY }
      },
      submit: () => {
        throw new RangeError('at once')
      },
    }
    const w = weave()
      .do('a', { executor: throwing, retries: 1 }, work)
      .each('items', [1, 2], { executor: throwing, args: () => [] }, work)
      .do('b', () => 'b')
    const options = { concurrency: 1, drain: true, onError: 'finish-independent' } as const
    const settled = await w.settle(options)
    expect(settled).toMatchObject({ failed: ['a', 'items'], values: { b: 'b' } })
    expect(settled.error).toEqual(new RangeError('at once'))
  })
})
