import { describe, expect, it, vi } from 'vitest'
import {
  balance,
  type Executor,
  inline,
  limit,
  QueueFullError,
  retry,
  route,
  TaskInputError,
  task,
  WorkerLostError,
} from '../src/index.js'

let count = 0

/** As it comes from an executor that a body has called. */
const refused = (): Error => new QueueFullError('full elsewhere', { executor: 'elsewhere' })
const lost = (): Error => new WorkerLostError('lost elsewhere', { started: true })

/** Lets the error out in its first attempts. */
function body(failures: number, make: () => Error) {
  const runs = vi.fn(() => {
    if (runs.mock.calls.length <= failures) throw make()
    return runs.mock.calls.length
  })
  return runs
}

function* only(item: number): Generator<number> {
  yield item
}

const fronts: [string, (inner: Executor) => Executor][] = [
  ['itself', (inner) => inner],
  ['limit', (inner) => limit(inner, 1)],
  ['limit over limit', (inner) => limit(limit(inner, 1), 1)],
  ['retry', (inner) => retry(inner, 0)],
  ['balance', (inner) => balance([inner, limit(inner, 1)])],
  ['route', (inner) => route(() => inner)],
]

describe.each(fronts)('an error that a body let out, through %s,', (_name, front) => {
  it('is the failure of the body, which is repeated where that is asked for', async () => {
    const runs = body(4, lost)
    expect(await front(inline()).submit(runs, [], { retry: 4 })).toBe(5)
  })

  it('is that of a declared task too', async () => {
    const runs = body(4, lost)
    const declared = task(`test/errors-let-out-${++count}`, runs)
    expect(await front(inline()).submit(declared, [], { retry: 4 })).toBe(5)
  })

  it('repeats nothing unasked', async () => {
    const runs = body(9, refused)
    await expect(front(inline()).submit(runs, [])).rejects.toThrow('full elsewhere')
    expect(runs).toHaveBeenCalledTimes(1)
  })

  it('begins a stream again where that is asked for', async () => {
    const runs = body(4, lost)
    const items = front(inline()).stream(
      async function* () {
        yield runs()
      },
      [],
      { retry: 4 },
    )
    expect(await items.next()).toEqual({ done: false, value: 5 })
    await items.return()
  })

  it('begins no stream again unasked', async () => {
    const runs = body(9, refused)
    const items = front(inline()).stream(function* () {
      yield runs()
    }, [])
    await expect(items.next()).rejects.toThrow('full elsewhere')
    expect(runs).toHaveBeenCalledTimes(1)
  })

  it('is that of a function that was to make a stream', async () => {
    const runs = body(4, lost)
    const items = front(inline()).stream(() => only(runs()), [], { retry: 4 })
    expect(await items.next()).toEqual({ done: false, value: 5 })
    await items.return()
  })
})

describe('wrong arguments', () => {
  const input = {
    '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'no' }] }) },
  } as const
  const strict = task(`test/errors-let-out-${++count}`, () => 1, { input })

  it('of the call itself are no failure of its body', async () => {
    const call = limit(inline(), 1).submit(strict, [], { retry: 3 })
    await expect(call).rejects.toBeInstanceOf(TaskInputError)
  })

  it('of what a body called are', async () => {
    let runs = 0
    const caller = task(`test/errors-let-out-${++count}`, async () => {
      runs++
      return await strict()
    })
    const call = limit(inline(), 1).submit(caller, [], { retry: 3 })
    await expect(call).rejects.toBeInstanceOf(TaskInputError)
    expect(runs).toBe(4)
  })
})

describe('what the executor itself did', () => {
  it('is tried on the next one of a `balance`, also after a body has let out the like', async () => {
    const full = limit(inline({ name: 'full' }), 1, { queueLimit: 0 })
    const free = inline({ name: 'free' })
    const both = balance([full, free], { policy: (executors) => executors[0] as Executor })
    await expect(both.submit(body(1, refused), [])).rejects.toThrow('full elsewhere')
    const held = full.submit(() => new Promise(setImmediate), [])
    expect(await both.submit(body(0, refused), [])).toBe(1)
    await held
  })

  it('does not count against an executor when a body only let it out', async () => {
    const runs: string[] = []
    const named = (name: string): Executor => {
      const inner = inline()
      return route(() => {
        runs.push(name)
        return inner
      })
    }
    const both = balance([named('first'), named('second')], {
      policy: (executors) => executors[0] as Executor,
    })
    await expect(both.submit(body(1, refused), [])).rejects.toThrow('full elsewhere')
    await both.submit(body(0, refused), [])
    expect(runs).toEqual(['first', 'first'])
  })
})
