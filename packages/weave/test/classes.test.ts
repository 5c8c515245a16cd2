import { task as declare, InvalidOptionError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import {
  type ClassOptions,
  each,
  MissingInputError,
  OpaqueTaskError,
  type Use,
  type WeaveContext,
  WeaveCycleError,
  WeaveNameError,
  weave,
} from '../src/index.js'

/** What no types would let through. */
// biome-ignore lint/suspicious/noExplicitAny: JavaScript callers
const untyped = weave as (...args: any[]) => any

class Report {
  static options = { user: { retries: 1 } } satisfies ClassOptions<Report>
  calls = 0
  async user({ userId }: { userId: number }) {
    if (this.calls++ === 0) throw new Error('first')
    return { id: userId, name: `user ${userId}` }
  }
  summary({ user }: Use<Report, 'user'>) {
    return this._line(user.name)
  }
  _line(name: string) {
    return `Report for ${name}`
  }
}

const render = declare('classes/render', async ({ merged }: { merged: number[] }) => merged.length)

class Pipeline {
  static options = { featureA: { workers: 1 } } satisfies ClassOptions<Pipeline>
  #rate = 2
  shown = 'a plain value'
  dataset({ records }: { records: number }) {
    return Array.from({ length: records }, (_, n) => n)
  }
  featureA = each('dataset', (n: number) => n * this.#rate)
  featureB = each(
    'dataset',
    { needs: ['scale'] },
    (n: number, { scale }: Use<Pipeline, 'scale'>) => n * scale,
  )
  scale() {
    return 10
  }
  merged({ featureA, featureB }: Use<Pipeline, 'featureA' | 'featureB'>) {
    return featureA.map((a, i) => a + (featureB[i] ?? Number.NaN))
  }
  async quality({ merged }: Use<Pipeline, 'merged'>, { merge }: WeaveContext) {
    const bad = await merge((n: number) => Number.isNaN(n), merged)
    return bad.some(Boolean) ? 'WARN' : 'OK'
  }
  page = render
  arrow = ({ quality }: Use<Pipeline, 'quality'>) => `${quality}!`
  get accessor() {
    return expect.unreachable() as () => number
  }
  static helper() {
    return expect.unreachable()
  }
}

describe('a weave of a class', () => {
  it('runs its methods, function fields, mapped fields and declared tasks', async () => {
    const r = await weave(Pipeline, { records: 3 }).run()
    expect({ ...r }).toEqual({
      records: 3,
      dataset: [0, 1, 2],
      featureA: [0, 2, 4],
      featureB: [0, 10, 20],
      scale: 10,
      merged: [0, 12, 24],
      quality: 'OK',
      page: 3,
      arrow: 'OK!',
    })
    expect(r.final).toBe('OK!')
  })

  it('takes inputs from `weave` or from `run`, first where some are owed', async () => {
    expect((await weave(Report, { userId: 1 }).run({ concurrency: 1 })).summary).toBe(
      'Report for user 1',
    )
    const owed = weave(Report)
    expect((await owed.run({ userId: 2 }, { concurrency: 1 })).summary).toBe('Report for user 2')
    expect(owed.plan().inputs).toEqual(['userId'])
    await expect(untyped(Report).run({})).rejects.toThrow(MissingInputError)
    expect((await owed.with({ userId: 3 }).run({})).user.id).toBe(3)
    class Free {
      one({ limit = 4 }: { limit?: number }) {
        return limit
      }
    }
    expect((await weave(Free).run({ concurrency: 1 })).one).toBe(4)
    expect((await weave(Free, { limit: 5 }).run()).one).toBe(5)
  })

  it('keeps the order of the declaration, base class first, and the place of what is overridden', () => {
    class Base {
      second = () => 2
      first() {
        return 1
      }
      third({ first }: { first: number }) {
        return first
      }
    }
    class Derived extends Base {
      fourth = each([1], (n: number) => n)
      override first() {
        return 10
      }
      'quoted name'() {
        return /[}]/.test('}') ? 5 : new Map([['fourth', (fourth: number) => fourth]])
      }
    }
    expect(weave(Derived).plan().order).toEqual([
      'second',
      'first',
      'third',
      'fourth',
      'quoted name',
    ])
    expect(weave(Pipeline).plan().order).toEqual([
      'dataset',
      'featureA',
      'featureB',
      'scale',
      'merged',
      'quality',
      'page',
      'arrow',
    ])
  })

  it('sees siblings in any order, in tiers that fit', async () => {
    class Backwards {
      last({ middle }: { middle: number }) {
        return middle + 1
      }
      middle({ first }: { first: number }) {
        return first + 1
      }
      first() {
        return 1
      }
    }
    const w = weave(Backwards)
    expect((await w.run()).last).toBe(3)
    const plan = w.plan()
    expect(plan.order).toEqual(['last', 'middle', 'first'])
    expect(plan.tiers).toEqual([['first'], ['middle'], ['last']])
    expect(plan.criticalPath()).toEqual(['first', 'middle', 'last'])
    expect(plan.toString()).toContain('3  last')
    const lines: string[] = []
    await w.run({ debug: { write: (text) => lines.push(text) } })
    expect(lines.join('')).toMatch(/3 +last/)
  })

  it('is constructed once per run, and bodies share `this`', async () => {
    let constructed = 0
    class Counter {
      seen: string[] = []
      constructor() {
        constructed++
      }
      one() {
        return this.seen.push('one')
      }
      two({ one }: { one: number }) {
        return [...this.seen, one]
      }
    }
    const w = weave(Counter)
    expect(constructed).toBe(0)
    expect((await w.run()).two).toEqual(['one', 1])
    expect(constructed).toBe(1)
    w.plan()
    w.plan()
    await Promise.all([w.run(), w.run()])
    expect(constructed).toBe(3)
    const planned = weave(Counter)
    planned.plan()
    await planned.run()
    expect(constructed).toBe(5)
  })

  it('is changed in place and extended', async () => {
    const r = await weave(Pipeline, { records: 2 })
      .overrideEach('featureA', (n) => n + 100)
      .override('scale', ({ records }) => records)
      .do('line', ({ quality, merged }) => `${quality} ${merged}`)
      .run()
    expect(r.featureA).toEqual([100, 101])
    expect(r.featureB).toEqual([0, 2])
    expect(r.final).toBe('OK 100,103')
  })

  it('runs without promises where it has none', () => {
    class Sync {
      a({ n }: { n: number }) {
        return n + 1
      }
      b = each('list', (item: number, { a }: Use<Sync, 'a'>) => item * a)
      list() {
        return [1, 2]
      }
    }
    expect(weave(Sync).runSync({ n: 1 }).b).toEqual([2, 4])
  })

  it('can have a name of its own', async () => {
    const named = weave(Report).named('classes/report')
    expect((await named.task({ userId: 7 })).summary).toBe('Report for user 7')
  })
})

describe('options of a class', () => {
  it('merge along `extends`, per task and field, the nearest first', async () => {
    class Base {
      static options: object = { one: { retries: 3, priority: 1, after: ['two'] } }
      calls = 0
      one(): number {
        throw new Error(`call ${++this.calls}`)
      }
      two() {
        return 2
      }
    }
    class Derived extends Base {
      static override options: object = { one: { retries: 1 } }
    }
    const s = await weave(Derived).settle()
    expect(s.error).toMatchObject({ message: 'call 2' })
    expect(s.plan.dependencies.one).toEqual(['two'])
    class Nothing extends Derived {
      override one(): number {
        throw new Error(`own call ${++this.calls}`)
      }
    }
    expect((await weave(Nothing).settle()).error).toMatchObject({ message: 'own call 2' })
  })

  it('reach a field over its own', async () => {
    class Field {
      static options = { list: { perMinute: 60_000, workers: 3 } } satisfies ClassOptions<Field>
      most = 0
      running = 0
      list = each([1, 2, 3, 4], { workers: 1 }, async () => {
        this.most = Math.max(this.most, ++this.running)
        await new Promise((resolve) => setImmediate(resolve))
        this.running--
      })
      seen() {
        return this.most
      }
    }
    expect(weave(Field).plan().tasks.list).toMatchObject({ kind: 'each', over: 4 })
    await weave(Field).run()
  })

  it.each([
    [{ nobody: {} }, 'Expected `Template.options` to be an object with only one'],
    [{ one: { retires: 1 } }, 'Expected `options` to be an object with only'],
    [{ one: { workers: 1 } }, 'Expected `options` to be an object with only'],
    [5, 'Expected `Template.options` to be an object'],
  ])('%j are refused when the class is planned', async (options, text) => {
    class Template {
      static options = options
      one() {
        return 1
      }
    }
    const w = untyped(Template)
    expect(() => w.plan()).toThrow(InvalidOptionError)
    expect(() => w.plan()).toThrow(text)
    await expect(w.run()).rejects.toThrow(text)
  })
})

describe('a class that cannot be run', () => {
  it('has a cycle, which is named', async () => {
    class Cycle {
      a({ c }: { c: number }): number {
        return c
      }
      b({ a }: { a: number }): number {
        return a
      }
      c({ b, start }: { b: number; start: number }): number {
        return b + start
      }
      d({ b }: { b: number }) {
        return b
      }
    }
    const w = untyped(Cycle, { start: 1 })
    expect(() => w.plan()).toThrow(WeaveCycleError)
    expect(() => w.plan()).toThrow(/^These tasks wait for each other: /)
    try {
      w.plan()
    } catch (error) {
      const { path, code, message } = error as WeaveCycleError
      expect(code).toBe('CONC_WEAVE_CYCLE')
      expect([...path].sort()).toEqual(['a', 'b', 'c'])
      const follows = { a: 'b', b: 'c', c: 'a' } as Record<string, string>
      path.forEach((name, place) => {
        expect(path[(place + 1) % 3]).toBe(follows[name])
      })
      expect(message).toBe(`These tasks wait for each other: ${[...path, path[0]].join(' → ')}.`)
    }
    await expect(w.run()).rejects.toThrow(WeaveCycleError)
    class Self {
      a({ a }: { a: number }): number {
        return a
      }
    }
    expect(() => untyped(Self, {}).plan()).toThrow('These tasks wait for each other: a → a.')
    const overridden = untyped(Report, { userId: 1 }).override(
      'user',
      ({ summary }: { summary: string }) => summary,
    )
    expect(() => overridden.plan()).toThrow(WeaveCycleError)
  })

  it('has a method whose parameter cannot be read', () => {
    class Helper {
      rows() {
        return [1]
      }
      sum(rows: number[]) {
        return rows.length
      }
    }
    expect(() => untyped(Helper, {}).plan()).toThrow(OpaqueTaskError)
    expect(() => untyped(Helper, {}).plan()).toThrow(
      "Task 'sum' takes its parameter as a whole ('rows'). Destructure it, or say needs: ['…']. A method that is no task is called #sum or _sum.",
    )
  })

  it('has a reserved name, a constructor with arguments, or one that throws', async () => {
    class Reserved {
      final() {
        return 1
      }
    }
    expect(() => untyped(Reserved).plan()).toThrow(WeaveNameError)
    class Arguments {
      readonly n: number
      constructor(n: number) {
        this.n = n
      }
    }
    expect(() => untyped(Arguments)).toThrow(
      'a class whose constructor takes no arguments, or an object of inputs',
    )
    expect(() => untyped(() => 1)).toThrow(InvalidOptionError)
    class Throws {
      constructor() {
        throw new Error('cannot be made')
      }
      a() {
        return 1
      }
    }
    const w = weave(Throws)
    expect(() => w.plan()).toThrow('cannot be made')
    await expect(w.run()).rejects.toThrow('cannot be made')
    await expect(w.settle()).rejects.toThrow('cannot be made')
  })

  it('asks for what nobody makes, where its inputs were given', async () => {
    await expect(untyped(Report, {}).run()).rejects.toThrow(
      "Task 'user' needs 'userId', which nothing before it defines",
    )
  })

  it('uses a name of an input for a task', () => {
    expect(() => untyped(Report, { userId: 1, summary: 'x' }).plan()).toThrow(WeaveNameError)
  })
})

describe('each, as a field', () => {
  it('refuses what it cannot map, and shows what it is', () => {
    expect(() => each(5 as never, () => 1)).toThrow('`over`')
    expect(() => each('rows', 5 as never)).toThrow('`body`')
    expect(() => each('rows', { retires: 1 } as never, () => 1)).toThrow('`options`')
  })
})
