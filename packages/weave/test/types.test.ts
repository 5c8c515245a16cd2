import { type Executor, type Settled, task } from '@conc/core'
import { describe, it } from 'vitest'
import {
  type ClassOptions,
  type denone,
  each,
  flatten,
  inOrder,
  merge,
  offload,
  redict,
  type Use,
  undict,
  type WeaveContext,
  weave,
} from '../src/index.js'

// Checked by tsc: what has to compile does, and each @ts-expect-error line does not. Nothing here runs.

type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const typesOnly = (_body: () => unknown) => (): void => {}
const ok = <T extends true>(_proof?: T): void => {}

type Author = { id: number; name: string }
type Book = { id: number; title: string }
declare const db: { author(id: number): Promise<Author>; books(id: number): Promise<Book[]> }
declare const price: (book: Book) => Promise<number>
declare const threads: Executor

async function* feed(): AsyncGenerator<string> {
  yield 'a'
}

describe('the types of a weave, checked by tsc', () => {
  it(
    'the first example',
    typesOnly(async () => {
      const r = await weave()
        .do('magicNumber', async () => 42)
        .do('importantText', () => 'The meaning of life')
        .do('combined', ({ importantText, magicNumber }) => `${importantText} is ${magicNumber}!`)
        .run()
      ok<Eq<typeof r.final, string>>()
      ok<Eq<typeof r.magicNumber, number>>()
      ok<Eq<(typeof r)['importantText'], string>>()
      ok<Eq<keyof typeof r.timings, 'magicNumber' | 'importantText' | 'combined'>>()
      ok<Eq<typeof r.plan.order, readonly ('magicNumber' | 'importantText' | 'combined')[]>>()
    }),
  )

  it(
    'object form and mapping over a name',
    typesOnly(async () => {
      const r = await weave({ authorId: 7 })
        .do({
          author: ({ authorId }) => db.author(authorId),
          books: ({ authorId }) => db.books(authorId),
        })
        .each('priced', 'books', { retries: 3, workers: 8 }, async (book, { author }) => ({
          ...book,
          by: author.name,
          price: await price(book),
        }))
        .do('context', ({ author, priced }) => ({ author, books: priced }))
        .run()
      type Priced = { by: string; price: number; id: number; title: string }
      ok<Eq<typeof r.final, { author: Author; books: Priced[] }>>()
      const both = await weave()
        .do({ a: () => 1, b: async () => 'x' })
        .run()
      ok<Eq<typeof both.final, string | number>>()
    }),
  )

  it(
    'lists of all kinds',
    typesOnly(async () => {
      const r = await weave()
        .each('squares', [1, 2, 3], (n) => n * n)
        .do('sum', ({ squares }) => squares.reduce((a, b) => a + b, 0))
        .each('fed', feed(), (text) => text.length)
        .each('entries', new Map([['a', 1]]), ([name, n]) => `${name}${n}`)
        .run()
      ok<Eq<typeof r.sum, number>>()
      ok<Eq<typeof r.squares, number[]>>()
      ok<Eq<typeof r.fed, number[]>>()
      ok<Eq<typeof r.entries, string[]>>()
    }),
  )

  it(
    'needs and after',
    typesOnly(async () => {
      const r = await weave({ a: 1, b: 'x' })
        .do(
          'c',
          {
            needs: ['a'],
            after: ['b'],
            retries: { times: 2, delayMs: 10, factor: 2, jitter: true },
            idempotencyKey: (d) => `c:${d.a}`,
          },
          (d) => {
            ok<Eq<keyof typeof d, 'a'>>()
            return d.a + 1
          },
        )
        .each(
          'e',
          [1, 2],
          { needs: ['c'], workers: 2, idempotencyKey: (n, d) => `${n}:${d.c}` },
          (n, d) => {
            ok<Eq<keyof typeof d, 'c'>>()
            return n + d.c
          },
        )
        .do('o', { timeoutMs: 5 }, (d) => {
          ok<Eq<keyof typeof d, 'a' | 'b' | 'c' | 'e'>>()
          return d.e
        })
        .run()
      ok<Eq<typeof r.c, number>>()
      ok<Eq<typeof r.final, number[]>>()
    }),
  )

  const report = weave()
    .input<{ userId: number }>()
    .do('userData', { retries: 2, timeoutMs: 5000 }, async ({ userId }) => ({
      id: userId,
      name: 'Standard User',
    }))
    .do('summary', ({ userData }) => `Report for ${userData.name}`)

  it(
    'inputs',
    typesOnly(async () => {
      const r = await report.run({ userId: 123 }, { concurrency: 2 })
      ok<Eq<typeof r.summary, string>>()
      const extended = await report
        .with({ isAdmin: true as boolean })
        .do('extra', ({ summary, isAdmin }) => (isAdmin ? summary.length : 0))
        .run({ userId: 456 })
      ok<Eq<typeof extended.final, number>>()
      const bound = await report.with({ userId: 1 }).run({}, { concurrency: 1 })
      ok<Eq<typeof bound.final, string>>()
      const optional = await weave()
        .input<{ limit?: number }>()
        .do('l', ({ limit = 10 }) => limit)
        .run()
      ok<Eq<typeof optional.l, number>>()
    }),
  )

  it(
    'overrides',
    typesOnly(async () => {
      const r = await report
        .with({ isAdmin: true as boolean })
        .override(
          'userData',
          { timeoutMs: 10_000, needs: ['userId', 'isAdmin'] },
          ({ userId, isAdmin }) => ({ id: userId, name: isAdmin ? 'Admin' : 'x' }),
        )
        .do('extra', ({ summary }) => summary.length)
        .run({ userId: 456 })
      ok<Eq<typeof r.final, number>>()
      const squares = await weave()
        .each('squares', [1, 2], (n) => n * n)
        .overrideEach('squares', async (n) => n + 1)
        .override('squares', () => [1])
        .run()
      ok<Eq<typeof squares.squares, number[]>>()
    }),
  )

  const resize = task(
    'images/resize',
    async (path: string, width: number) => new Uint8Array(width + path.length),
  )
  const invoice = task('reports/invoice', async ({ order }: { order: { id: string } }) => ({
    url: order.id,
  }))

  it(
    'declared tasks and args',
    typesOnly(async () => {
      const r = await weave({ orderId: 'o1', paths: ['a.png'] })
        .do('order', ({ orderId }) => ({ id: orderId }))
        .do(
          'invoice',
          { executor: 'reports', idempotencyKey: ({ orderId }) => `invoice:${orderId}` },
          invoice,
        )
        .do('cover', { executor: threads, args: ({ orderId }) => [orderId, 640] }, resize)
        .each(
          'thumbs',
          'paths',
          { executor: threads, workers: 4, args: (path) => [path, 64] },
          resize,
        )
        .defaults({ executor: threads })
        .run({ executor: threads, executors: { reports: threads } })
      ok<Eq<typeof r.invoice, { url: string }>>()
      ok<Eq<typeof r.cover, Uint8Array<ArrayBuffer>>>()
      ok<Eq<typeof r.thumbs, Uint8Array<ArrayBuffer>[]>>()
      const length = task('text/length', (text: string) => text.length)
      const lengths = await weave().each('lengths', ['a'], length).run()
      ok<Eq<typeof lengths.lengths, number[]>>()
    }),
  )

  it(
    'settled and unpacked results',
    typesOnly(async () => {
      const w = weave()
        .do('a', () => 1)
        .each('b', [1, 2], (n) => n)
      const settled = await w.settle()
      ok<Eq<typeof settled.failed, readonly ('a' | 'b')[]>>()
      if (settled.tasks.a.status === 'fulfilled') {
        const value: number = settled.tasks.a.value
        void value
      }
      if (settled.tasks.b.status === 'rejected') {
        const partial: ReadonlyMap<number, number> | undefined = settled.tasks.b.partial
        void partial
      }
      const values: { readonly a?: number; readonly b?: number[] } = settled.values
      void values
      const outcome: Settled<number> | { status: 'skipped' } = settled.tasks.a
      void outcome
      const [a, b] = inOrder(await w.run())
      ok<Eq<typeof a, number>>()
      ok<Eq<typeof b, number[]>>()
    }),
  )

  class StandardReport {
    static options: object = {
      userData: { retries: 2, timeoutMs: 5000 },
    } satisfies ClassOptions<StandardReport>
    async userData({ userId }: { userId: number }) {
      return { id: userId, name: 'Standard User' }
    }
    summary({ userData }: Use<StandardReport, 'userData'>) {
      return `Report for ${userData.name}`
    }
    _helper(x: number) {
      return x
    }
  }
  class AdminReport extends StandardReport {
    override async userData({ userId }: { userId: number }) {
      return { id: userId, name: 'Admin' }
    }
  }
  const render = task('reports/render', async ({ merged }: { merged: [number, number][] }) => ({
    url: `x${merged.length}`,
  }))
  class Pipeline {
    static options = {
      featureA: { workers: 8 },
      merged: { timeoutMs: 100 },
    } satisfies ClassOptions<Pipeline>
    dataset({ records }: { records: number }) {
      return Array.from({ length: records }, (_, i) => i)
    }
    featureA = each('dataset', (x: number) => Math.sin(x))
    featureB = each(
      'dataset',
      { workers: 4 },
      (x: number, { scale }: Use<Pipeline, 'scale'>) => Math.cos(x) * scale,
    )
    scale() {
      return 2
    }
    merged({ featureA, featureB }: Use<Pipeline, 'featureA' | 'featureB'>) {
      return featureA.map((a, i): [number, number] => [a, featureB[i] ?? Number.NaN])
    }
    async report({ merged }: Use<Pipeline, 'merged'>, { merge }: WeaveContext) {
      return (await merge((row: number[]) => row.some(Number.isNaN), merged)).some(Boolean)
    }
    page = render
  }
  class NoInputs {
    one() {
      return 1
    }
    two({ one }: Use<NoInputs, 'one'>) {
      return one + 1
    }
  }

  it(
    'classes',
    typesOnly(async () => {
      const r = await weave(StandardReport, { userId: 1 }).run()
      ok<Eq<typeof r.summary, string>>()
      ok<Eq<'_helper' extends keyof typeof r ? true : false, false>>()
      const admin = await weave(AdminReport, { userId: 1, isAdmin: true })
        .override('userData', async ({ userId, isAdmin }) => ({
          id: userId,
          name: String(isAdmin),
        }))
        .run()
      ok<Eq<typeof admin.userData, { id: number; name: string }>>()
      const piped = await weave(Pipeline, { records: 10 })
        .overrideEach('featureA', (x) => Math.tanh(x))
        .do('extra', ({ report }) => !report)
        .run()
      ok<Eq<typeof piped.featureA, number[]>>()
      ok<Eq<typeof piped.final, boolean>>()
      ok<Eq<typeof piped.page, { url: string }>>()
      const owed = await weave(StandardReport).run({ userId: 1 }, { concurrency: 1 })
      ok<Eq<typeof owed.summary, string>>()
      const named = await weave(StandardReport).named('reports/standard').task({ userId: 1 })
      ok<Eq<typeof named.summary, string>>()
      const none = await weave(NoInputs).run({ concurrency: 1 })
      ok<Eq<typeof none.two, number>>()
    }),
  )

  it(
    'partial runs, given values, merge and runSync',
    typesOnly(async () => {
      const w = weave()
        .do('lines', () => ['a b', 'c'])
        .do('words', async ({ lines }, { merge }) =>
          (await merge((line: string) => line.split(' '), lines, { workers: 4 })).flat(),
        )
        .do('n', ({ words }) => words.length)
      const some = await w.run({ only: ['words'], given: { lines: ['x'] } })
      ok<Eq<typeof some.words, string[]>>()
      ok<Eq<typeof some.n, number | undefined>>()
      const owed = await report.run({ userId: 1 }, { only: ['userData'] })
      ok<Eq<typeof owed.summary, string | undefined>>()
      const s = await w.settle({ only: ['lines'], onError: 'finish-independent' })
      if (!s.ok) await w.run({ given: s.values })
      const sync = weave()
        .do('a', () => 1)
        .runSync()
      ok<Eq<typeof sync.a, number>>()
      const merged: number = await merge(() => 1, {
        retries: { times: 2, delayMs: 10, factor: 2, jitter: true },
      })
      void merged
    }),
  )

  it(
    'helpers',
    typesOnly(() => {
      ok<Eq<ReturnType<typeof denone<number | null>>, number[]>>()
      const flat: number[] = flatten([[1], new Set([2])])
      void flat
      const doubled = redict(undict({ a: 1, b: 2 }).map(([k, v]) => [k, v * 2] as const))
      ok<Eq<typeof doubled, Record<'a' | 'b', number>>>()
      const sent = offload((path: string) => path.length)
      ok<Eq<typeof sent, (path: string) => Promise<number>>>()
    }),
  )

  it(
    'classes that must not compile',
    typesOnly(() => {
      // @ts-expect-error class input missing
      weave(StandardReport, {})
      // @ts-expect-error class inputs owed to run
      void weave(StandardReport).run()
      // @ts-expect-error a class without inputs takes options only
      void weave(NoInputs).run({ concurency: 1 })
      class Bad {
        a() {
          return 1
        }
        b({ a }: { a: string }) {
          return a
        }
      }
      // @ts-expect-error a method asks for `a` as a string, it is a number
      weave(Bad, {})
      // @ts-expect-error the same without inputs
      weave(Bad)
      class BadOptions {
        static options = {
          // @ts-expect-error options for a task that does not exist
          nobody: { retries: 1 },
        } satisfies ClassOptions<BadOptions>
        a() {
          return 1
        }
      }
      void BadOptions
      const w = weave()
        .do('lines', () => ['a'])
        .do('n', ({ lines }) => lines.length)
      // @ts-expect-error partial run of an unknown task
      void w.run({ only: ['nope'] })
      // @ts-expect-error given value of the wrong type
      void w.run({ given: { lines: [1] } })
      // @ts-expect-error a synchronous run is whole
      w.runSync({ only: ['n'] })
      // @ts-expect-error a synchronous run has no executor
      w.runSync({ executor: threads })
      // @ts-expect-error strings are not merged letter by letter
      void merge((c: string) => c, 'abc')
      // @ts-expect-error workers without items
      void merge(() => 1, { workers: 2 })
    }),
  )

  it(
    'what must not compile',
    typesOnly(() => {
      const one = weave().do('a', () => 1)
      // @ts-expect-error unknown dependency
      one.do('b', ({ nope }) => nope)
      // @ts-expect-error a later task is not visible
      weave().do('b', ({ a }) => a)
      // @ts-expect-error duplicate name
      one.do('a', () => 2)
      // @ts-expect-error an input's name used again
      weave({ a: 1 }).do('a', () => 2)
      // @ts-expect-error reserved name
      weave().do('final', () => 1)
      // @ts-expect-error reserved input name
      weave({ timings: 1 })
      // @ts-expect-error workers on a plain task
      weave().do('a', { workers: 2 }, () => 1)
      // @ts-expect-error one constant key for many items
      weave().each('a', [1], { idempotencyKey: 'k' }, (n) => n)
      // @ts-expect-error map over a name that does not exist
      weave().each('m', 'nonexistent', (x) => x)
      // @ts-expect-error map over something that is not iterable
      weave({ n: 123 }).each('m', 'n', (x) => x)
      // @ts-expect-error map over a string
      weave({ s: 'abc' }).each('m', 's', (x) => x)
      // @ts-expect-error needs names something that does not exist
      weave().do('a', { needs: ['zzz'] }, () => 1)
      // @ts-expect-error needs narrows: b was not asked for
      weave({ a: 1, b: 2 }).do('c', { needs: ['a'] }, ({ b }) => b)
      // @ts-expect-error after names something that does not exist
      weave().do('a', { after: ['zzz'] }, () => 1)
      // @ts-expect-error missing input
      void report.run()
      // @ts-expect-error wrong input type
      void report.run({ userId: 'x' })
      // @ts-expect-error wrong type bound early
      report.with({ userId: 'x' })
      // @ts-expect-error a bound input may not hide a task
      report.with({ summary: 'x' })
      // @ts-expect-error an override does not fit what summary needs
      report.override('userData', () => ({ id: 1 }))
      // @ts-expect-error override of a task that does not exist
      report.override('nope', () => 1)
      // @ts-expect-error an override must not see a later task: that would be a cycle
      report.override('userData', ({ summary }) => ({ id: 1, name: summary }))
      // @ts-expect-error an override needs a later task
      report.override('userData', { needs: ['summary'] }, () => ({ id: 1, name: 'x' }))
      // @ts-expect-error overrideEach of a task that is not mapped
      report.overrideEach('summary', () => 'x')
      // @ts-expect-error an unknown run option
      void weave().run({ concurency: 1 })
      // @ts-expect-error object form: duplicate of an earlier task
      one.do({ a: () => 2 })
      // @ts-expect-error object form: siblings do not see each other
      weave().do({ a: () => 1, b: ({ a }) => a })
      // @ts-expect-error args do not fit the task
      weave({ n: 1 }).do('a', { args: ({ n }) => [n, 640] }, resize)
      // @ts-expect-error the task asks for something nobody makes
      weave().do('a', { executor: threads }, invoice)
    }),
  )
})
