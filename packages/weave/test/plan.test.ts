import { inline, task, UnsupportedWorkError, withExecutor } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { type WeaveEvent, weave } from '../src/index.js'
import { declaredOnly } from './support/executors.js'

// biome-ignore lint/suspicious/noExplicitAny: JavaScript callers
const untyped = weave as (...args: any[]) => any

const report = weave({ id: 1 })
  .do({ author: ({ id }) => id, books: async ({ id }) => [id] })
  .each('priced', 'books', (book, { author }) => [book, author])
  .do('note', { after: ['priced'] }, () => 'done')
  .do('page', ({ priced, note }) => [priced, note])

describe('plan', () => {
  it('says what waits for what', () => {
    const plan = report.plan()
    expect(plan.order).toEqual(['author', 'books', 'priced', 'note', 'page'])
    expect(plan.inputs).toEqual(['id'])
    expect({ ...plan.dependencies }).toEqual({
      author: ['id'],
      books: ['id'],
      priced: ['books', 'author'],
      note: ['priced'],
      page: ['priced', 'note'],
    })
    expect({ ...plan.dependents }).toEqual({
      author: ['priced'],
      books: ['priced'],
      priced: ['note', 'page'],
      note: ['page'],
      page: [],
    })
    expect(plan.tiers).toEqual([['author', 'books'], ['priced'], ['note'], ['page']])
    expect(plan.opaque).toEqual([])
    expect(plan.criticalPath()).toEqual(['books', 'priced', 'note', 'page'])
    expect(plan.tasks.priced).toEqual({
      kind: 'each',
      over: 'books',
      async: undefined,
      runsOn: 'here',
    })
    expect(plan.tasks.books.async).toBe(true)
    expect(plan.tasks.note.after).toEqual(['priced'])
  })

  it('is the same object every time, and pure', () => {
    expect(report.plan()).toBe(report.plan())
  })

  it('is drawn as text, Mermaid and DOT', () => {
    expect(String(report.plan())).toBe(
      [
        '1  author  needs id',
        '1  books   needs id',
        '2  priced  each of books; needs author',
        '3  note    after priced',
        '4  page    needs priced, note',
      ].join('\n'),
    )
    expect(report.plan().toMermaid()).toContain('n2 --> n3')
    expect(report.plan().toMermaid()).toContain('n3 -.-> n4')
    expect(report.plan().toMermaid()).toContain('n3[["priced"]]')
    expect(report.plan().toDot()).toContain('"author" -> "priced";')
    expect(report.plan().toDot()).toContain('"priced" -> "note" [style=dashed];')
    expect(weave().plan().toString()).toBe('')
  })

  it('says of a task what it only comes after, not what it receives as well', () => {
    const plan = weave({ id: 1 })
      .do({ a: () => 1, b: () => 2 })
      .do('c', { after: ['b', 'a', 'id', 'b'] }, ({ a }) => a)
      .plan()
    expect(plan.tasks.c.after).toEqual(['b'])
    expect(plan.dependencies.c).toEqual(['a', 'b'])
    expect(String(plan)).toContain('2  c  needs a; after b')
  })

  it('is drawn with any names', () => {
    const plan = weave({ 'a "b"': 1 })
      .do('x <b>#1;\n', ({ 'a "b"': ab }) => ab)
      .do('ж.1-2', { after: ['x <b>#1;\n'] }, () => 1)
      .plan()
    expect(plan.toMermaid()).toBe(
      [
        'flowchart TD',
        '  n0(["a #34;b#34;"])',
        '  n1["x #60;b#62;#35;1#59;#10;"]',
        '  n2["ж.1-2"]',
        '  n0 --> n1',
        '  n1 -.-> n2',
        '',
      ].join('\n'),
    )
    expect(plan.toDot()).toBe(
      [
        'digraph weave {',
        '  "a \\"b\\"" [shape=ellipse];',
        '  "x <b>#1;\\n" [shape=box];',
        '  "ж.1-2" [shape=box];',
        '  "a \\"b\\"" -> "x <b>#1;\\n";',
        '  "x <b>#1;\\n" -> "ж.1-2" [style=dashed];',
        '}',
        '',
      ].join('\n'),
    )
  })

  it('keeps what was worked out, and nobody can change it', () => {
    const plan = report.plan()
    for (const key of [
      'order',
      'inputs',
      'tasks',
      'dependencies',
      'dependents',
      'tiers',
      'opaque',
    ] as const) {
      expect(plan[key]).toBe(plan[key])
      expect(Object.isFrozen(plan[key])).toBe(true)
    }
    expect(Object.isFrozen(plan.tasks.author)).toBe(true)
    expect(Object.isFrozen(plan.tiers[0])).toBe(true)
    expect(Object.isFrozen(plan.dependents.author)).toBe(true)
  })

  it('is plain data as JSON', () => {
    const json = JSON.parse(JSON.stringify(report.plan()))
    expect(json).toMatchObject({ version: 1, fingerprint: report.plan().fingerprint })
    expect(json.tasks[2]).toEqual({
      name: 'priced',
      kind: 'each',
      over: 'books',
      runsOn: 'here',
      dependencies: ['books', 'author'],
    })
  })

  it('has a fingerprint of names, edges and sources', () => {
    const print = (w: { plan(): { fingerprint: string } }): string => w.plan().fingerprint
    const base = print(weave({ x: 1, y: [1] }).do('a', ({ x }) => x))
    expect(print(weave({ x: 2, y: [2] }).do('a', { retries: 3 }, ({ x }) => x + 1))).toBe(base)
    expect(print(weave({ x: 1, y: [1] }).do('a', ({ y }) => y))).not.toBe(base)
    expect(print(weave({ x: 1, y: [1] }).do('b', ({ x }) => x))).not.toBe(base)
    const over = (name: 'p' | 'q') =>
      weave({ p: [1], q: [1] }).each('a', name, { after: ['p', 'q'] }, (x) => x)
    expect(print(over('p'))).not.toBe(print(over('q')))
  })

  it('gives the longest chain by time', async () => {
    const w = weave()
      .do('slow', () => 1)
      .do('quick', () => 1)
      .do('quicker', ({ quick }) => quick)
      .do('end', ({ slow, quicker }) => slow + quicker)
    const timing = { startMs: 0, waitMs: 0, attempts: 1 }
    const path = w.plan().criticalPath({
      slow: { ...timing, runMs: 9 },
      quick: { ...timing, runMs: 1 },
      quicker: { ...timing, runMs: 1 },
      end: { ...timing, runMs: 1 },
    })
    expect(path).toEqual(['slow', 'end'])
    expect(w.plan().criticalPath()).toEqual(['quick', 'quicker', 'end'])
  })
})

describe('the place of a task', () => {
  const remote = task('plan-test/remote', ({ glue }: { glue: number }) => glue + 1)
  const w = weave()
    .do('glue', () => 1)
    .do('there', remote)
    .do('named', { executor: 'reports' }, remote)
  const places = ({ tasks }: { tasks: Readonly<Record<string, { runsOn: string }>> }): string[] =>
    Object.values(tasks).map(({ runsOn }) => runsOn)

  it('is known as far as the plan was told', () => {
    expect(places(w.plan())).toEqual(['here', 'default', 'reports'])
    expect(String(w.plan())).toContain("needs glue; on the run's executor")
    const bull = declaredOnly('bull')
    expect(places(w.plan({ executor: bull }))).toEqual(['here', 'bull', 'reports'])
    expect(places(w.plan({ executor: inline() }))).toEqual(['inline', 'inline', 'reports'])
    const executors = { reports: bull, other: declaredOnly('threads') }
    expect(places(w.plan({ executors }))).toEqual(['here', 'default', 'bull'])
    expect(places(w.plan({ executor: 'other', executors }))).toEqual(['here', 'threads', 'bull'])
    expect(places(w.plan({ executor: 'later' }))).toEqual(['later', 'later', 'reports'])
    expect(() => w.plan({ executor: 'later', executors })).toThrow("The weave runs on 'later'")
  })

  it('is what happened, in the plan of a result and in events', async () => {
    const started: string[] = []
    const options = {
      executors: { reports: declaredOnly('bull') },
      onEvent: (event: WeaveEvent) => {
        if (event.type === 'start') started.push(event.runsOn)
      },
    }
    expect(places((await w.run(options)).plan)).toEqual(['here', 'here', 'bull'])
    const executor = declaredOnly('threads')
    const ambient = await withExecutor(executor, () => w.settle(options))
    expect(places(ambient.plan)).toEqual(['here', 'threads', 'bull'])
    await weave({ list: [{ glue: 1 }] })
      .each('mapped', 'list', remote)
      .run({ executor, onEvent: options.onEvent })
    const each = ['threads', 'threads']
    expect(started).toEqual(['here', 'here', 'bull', 'here', 'threads', 'bull', ...each])
  })
})

describe('dependencies', () => {
  it('are an object without prototype that has exactly the keys asked for', async () => {
    const r = await weave({ a: 1, b: 2 })
      .do('c', { needs: ['a'] }, (deps) => deps)
      .run()
    expect(Object.getPrototypeOf(r.c)).toBe(null)
    expect(Object.keys(r.c)).toEqual(['a'])
  })

  it('of a task that takes its parameter as a whole are everything earlier', async () => {
    const w = weave({ i: 0 })
      .do('a', () => 1)
      .do({ b: (deps) => Object.keys(deps), c: (deps) => Object.keys(deps) })
      .do('d', (deps) => Object.keys(deps))
    const r = await w.run()
    expect(r.b).toEqual(['i', 'a'])
    expect(r.c).toEqual(['i', 'a'])
    expect(r.d).toEqual(['i', 'a', 'b', 'c'])
    const plan = w.plan()
    expect(plan.opaque).toEqual(['b', 'c', 'd'])
    expect(plan.dependencies.d).toEqual(['i', 'a', 'b', 'c'])
    expect(plan.tasks.d.opaque).toBe("takes its parameter as a whole ('deps')")
    expect(String(plan)).toContain('waits for everything earlier')
  })

  it('of a chain of 10 000 opaque tasks are linear to plan', () => {
    let w = untyped()
    for (let i = 0; i < 10_000; i++) w = w.do(`t${i}`, (_deps: unknown) => i)
    expect(w.plan().opaque).toHaveLength(10_000)
  })

  it('are counted once however often they are listed', async () => {
    const r = await weave()
      .do('a', () => [1])
      .each('b', 'a', { needs: ['a'], after: ['a'] }, (n, { a }) => n + a.length)
      .run()
    expect(r.b).toEqual([2])
  })

  it('with a default are optional', async () => {
    const r = await untyped()
      .do('a', ({ nothing = 7 }) => nothing)
      .run()
    expect(r.a).toBe(7)
  })
})

describe('plan errors', () => {
  it('name a key that nobody defines, and what may have been meant', async () => {
    const w = untyped({ id: 1 })
      .do('author', () => 1)
      .do('context', ({ autor }: { autor: number }) => autor)
    const error = {
      name: 'UnresolvedDependencyError',
      code: 'CONC_WEAVE_UNRESOLVED',
      task: 'context',
      missing: 'autor',
      available: ['id', 'author'],
      didYouMean: 'author',
      message:
        "Task 'context' needs 'autor', which nothing before it defines. Available: id, author. Did you mean 'author'?",
    }
    expect(() => w.plan()).toThrow(expect.objectContaining(error))
    await expect(w.run()).rejects.toMatchObject(error)
    await expect(w.settle()).rejects.toMatchObject(error)
  })

  it('refuse a later task, a sibling of the same object, itself, and an unknown source', () => {
    const later = untyped()
      .do('b', ({ a }: { a: number }) => a)
      .do('a', () => 1)
    expect(() => later.plan()).toThrow("Task 'b' needs 'a'")
    const siblings = untyped().do({ a: () => 1, b: ({ a }: { a: number }) => a })
    expect(() => siblings.plan()).toThrow("Task 'b' needs 'a'")
    expect(() =>
      untyped()
        .do('a', ({ a }: { a: number }) => a)
        .plan(),
    ).toThrow("Task 'a' needs 'a'")
    expect(() =>
      untyped()
        .each('a', 'list', () => 1)
        .plan(),
    ).toThrow("Task 'a' needs 'list'")
    expect(() =>
      untyped()
        .do('a', { after: ['x'] }, () => 1)
        .plan(),
    ).toThrow("Task 'a' needs 'x'")
  })

  it('name a task that is defined twice', () => {
    const twice = untyped()
      .do({ author: () => 1, b: () => 2, c: () => 3 })
      .do('author', () => 4)
    expect(() => twice.plan()).toThrow(
      /'author'.*defined twice \(1st and 4th\). Use .override to replace it/,
    )
    expect(() =>
      untyped({ a: 1 })
        .do('a', () => 1)
        .plan(),
    ).toThrow(/'a'.*an input and a task/)
  })

  it('refuse opaque tasks where strict, and opaque declared tasks always', async () => {
    const w = weave().do('page', (d) => Object.keys(d))
    const error = {
      name: 'OpaqueTaskError',
      message:
        "Task 'page' takes its parameter as a whole ('d'). Destructure it, or say needs: ['…'].",
    }
    expect(() => w.plan({ strict: true })).toThrow(expect.objectContaining(error))
    await expect(w.run({ strict: true })).rejects.toMatchObject(error)
    await expect(w.defaults({ strict: true }).run()).rejects.toMatchObject(error)
    expect((await w.run()).page).toEqual([])
    const remote = task('plan-test/opaque', (d: object) => Object.keys(d))
    expect(() => weave().do('page', remote).plan()).toThrow("Task 'page' takes its parameter")
    const given = await weave({ a: 1 })
      .do('page', { needs: ['a'] }, remote)
      .run()
    expect(given.page).toEqual(['a'])
  })

  it('name executors that the run does not define', async () => {
    const w = weave().do('invoice', { executor: 'reports' }, () => 1)
    const error = {
      name: 'UnknownExecutorError',
      message:
        "Task 'invoice' runs on 'reports', which run({ executors }) does not define. Known: bull.",
    }
    await expect(w.run({ executors: { bull: inline() } })).rejects.toMatchObject(error)
    expect(w.plan().tasks.invoice.runsOn).toBe('reports')
    await expect(weave().run({ executor: 'x' })).rejects.toThrow("The weave runs on 'x'")
  })

  it('refuse a plain function on an executor that its own options name and that cannot run it', async () => {
    const executor = declaredOnly('bull')
    const w = weave().do('thumbs', { executor }, () => 1)
    expect(() => w.plan()).toThrow(UnsupportedWorkError)
    await expect(w.run()).rejects.toThrow(
      "Task 'thumbs' is a plain function, and executor 'bull' runs declared tasks only.",
    )
    // A default or the run's executor never breaks the glue between two remote tasks.
    const glue = weave().do('glue', () => 1)
    expect((await glue.defaults({ executor }).run()).glue).toBe(1)
    expect((await glue.run({ executor })).glue).toBe(1)
  })
})
