import { InvalidOptionError } from '@conc/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type WeaveEvent, weave } from '../src/index.js'
import { report } from '../src/report/index.js'
import { type Happening, planned, ran, told } from './support/told.js'

async function eventsOf(run: (onEvent: (event: WeaveEvent) => void) => Promise<unknown>) {
  const events: WeaveEvent[] = []
  await run((event) => events.push(event))
  return events
}

const failing = weave({ id: 'secret' })
  .do('author', ({ id }) => ({ id, name: 'Ada' }))
  .each('checked', [1, 2, 3], { retries: 1 }, (n, { author }) => {
    if (n === 3) throw new RangeError(`no ${n}`, { cause: new Error('deep down') })
    return [n, author]
  })
  .do('end', ({ checked }) => checked)

const failed = () => eventsOf((onEvent) => failing.settle({ onEvent }))

const finish = (at: number): Happening => [at, { type: 'finish', status: 'fulfilled', ms: at }]

/** Two tasks, the second behind the first, with a wait and a retry. */
const simple = told({ inputs: ['id'], tasks: [planned('a', ['id']), planned('b', ['a'])] }, [
  [0, { type: 'ready', task: 'a' }],
  ...ran('a', 10, 30),
  [30, { type: 'ready', task: 'b' }],
  [40, { type: 'start', task: 'b', attempt: 1, runsOn: 'pool', deps: { a: 1 } }],
  [60, { type: 'retry', task: 'b', attempt: 1, error: new Error('busy'), inMs: 20 }],
  [80, { type: 'start', task: 'b', attempt: 2, runsOn: 'pool', deps: { a: 1 } }],
  [100, { type: 'end', task: 'b', ms: 20, value: 2 }],
  finish(100),
])

describe('report().html()', () => {
  it('is one page that loads nothing', async () => {
    for (const events of [await failed(), simple, []]) {
      const page = report(events).html()
      expect(page).toMatch(/^<!doctype html>\n<html lang="en">/)
      expect(page).toMatch(/<\/html>\n$/)
      expect(page).toContain("default-src 'none'")
      expect(page).not.toMatch(/\ssrc=|url\(|@import|https?:|<link|<base|href="[^#]/)
    }
  })

  it('has a script that parses', () => {
    const [, script] = /<script>([\s\S]*)<\/script>/.exec(report(simple).html()) ?? []
    expect(() => new Function(script as string)).not.toThrow()
  })

  it('counts what became of the tasks in one order, whichever came first', () => {
    const tasks = ['gone', 'bad', 'good'].map((name) => planned(name, []))
    const page = report(
      told({ inputs: [], tasks }, [
        [1, { type: 'skip', task: 'gone', because: 'bad' }],
        [2, { type: 'error', task: 'bad', ms: 1, error: new Error('no') }],
        ...ran('good', 1, 3),
      ]),
    ).html()
    expect(page).toContain('1\u00a0fulfilled · 1\u00a0rejected · 1\u00a0skipped')
  })

  it('gives the same bytes for the same events', async () => {
    const events = await failed()
    expect(report(events).html()).toBe(report([...events]).html())
  })

  it('escapes names, titles, errors and values', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (name, message, title) => {
        const events = told(
          { inputs: [`in${name}`], tasks: [planned(name, [`in${name}`], { opaque: message })] },
          [
            [
              1,
              {
                type: 'start',
                task: name,
                attempt: 1,
                runsOn: message,
                deps: { [message]: message },
              },
            ],
            [2, { type: 'progress', task: name, data: message }],
            [
              3,
              { type: 'error', task: name, ms: 2, error: new Error(message, { cause: message }) },
            ],
            [
              4,
              {
                type: 'stall',
                waiting: [{ task: message, state: 'waiting', for: [message], sinceMs: 1 }],
              },
            ],
            [5, { type: 'skip', task: title, because: message }],
            [6, { type: 'finish', status: 'rejected', ms: 6, error: new Error(message) }],
          ],
        )
        const page = report(events, { title, values: (_, value) => String(value) }).html()
        // What is text has no tag in it, and the only scripts are the page's own two.
        expect(page).not.toMatch(/<(img|svg onload)/)
        expect(page.match(/<script/g)).toHaveLength(2)
        expect(page.match(/<\/script/g)).toHaveLength(2)
        expect(page).not.toMatch(/="[^"]*" onerror=/)
        expect(() => JSON.parse(dataOf(page))).not.toThrow()
      }),
    )
  })

  it('has no value in it unless asked, and then as text', async () => {
    const events = await failed()
    expect(report(events).html()).not.toContain('secret')
    expect(report(events, { values: true }).html()).toContain("id: 'secret'")
    const masked = report(events, { values: (name) => `masked ${name}` }).html()
    expect(masked).toContain('masked author')
    expect(masked).not.toContain('secret')
  })

  it('has a bar per attempt, hatched where a task waits or pauses', () => {
    const bars = barsOf(report(simple).html())
    expect(bars).toEqual([
      'wait 0 10',
      'ok 10 20',
      'wait 30 10',
      'bad 40 20',
      'wait 60 20',
      'ok 80 20',
    ])
  })

  it('has a bar per item, and past 500 of them a curve', () => {
    const mapped = (count: number) => {
      const items = Array.from({ length: count }, (_, i) => ran('m', i, i + 1, i)).flat()
      const plan = { tasks: [planned('m', [], { kind: 'each', over: count })] }
      const begin: Happening = [
        0,
        { type: 'start', task: 'm', attempt: 1, runsOn: 'here', deps: {} },
      ]
      const end: Happening = [count, { type: 'end', task: 'm', ms: count, value: [] }]
      return report(told(plan, [begin, ...items, end, finish(count)])).html()
    }
    expect(barsOf(mapped(500))).toHaveLength(500)
    expect(mapped(500)).not.toContain('<svg class="density"')
    expect(barsOf(mapped(501))).toHaveLength(0)
    expect(mapped(501)).toContain('<svg class="density"')
  })

  it('shows merges in the timeline, and counts them as part of their task', async () => {
    const events = await eventsOf((onEvent) =>
      weave()
        .do('rows', async (_, { merge }) => merge(async (n: number) => n, [1, 2, 3]))
        .run({ onEvent }),
    )
    expect(report(events).html()).toContain('rows &gt; merge:')
    const [run] = report(events).toJSON().runs
    expect(run?.totals.tasks).toBe(1)
    expect(run?.tasks).toHaveLength(2)
    const [rows] = run?.tasks[0]?.spans ?? []
    expect(run?.totals.workMs).toBeCloseTo((rows?.to ?? 0) - (rows?.from ?? 0))
  })

  it('keeps items that run side by side apart', () => {
    const plan = { tasks: [planned('m', [], { kind: 'each', over: 3 })] }
    const items = [...ran('m', 0, 50, 0), ...ran('m', 10, 30, 1), ...ran('m', 30, 60, 2)]
    const page = report(told(plan, [...items, finish(60)])).html()
    const tops = [...page.matchAll(/class="bar ok" style="[^"]*top:(\d+)px/g)].map(([, top]) => top)
    expect(tops).toEqual(['1', '12', '12'])
  })

  it('tells errors that ended a task from those that a retry made good', async () => {
    const page = report(await failed()).html()
    const [errors, repeated] = page.split('class="repeated"')
    expect(errors).toContain('RangeError: no 3')
    expect(errors).toContain('caused by Error: deep down')
    expect(repeated).toContain('One attempt failed and was repeated')
  })

  it('shows a run that has not ended, one that only timed out, and no run', () => {
    const open = report(simple.slice(0, 6)).html()
    expect(open).toContain('<span class="pill open">not finished</span>')
    expect(open).toContain('class="bar open"')
    const late = told({ tasks: [planned('a')] }, [
      [0, { type: 'start', task: 'a', attempt: 1, runsOn: 'here', deps: {} }],
      [5, { type: 'cancel', task: 'a', reason: new Error('out of time') }],
      [
        5,
        {
          type: 'finish',
          status: 'rejected',
          ms: 5,
          error: new Error('The weave ran out of time.'),
        },
      ],
    ])
    expect(report(late).html()).toContain('Error: The weave ran out of time.')
    expect(report([]).html()).toContain('No events.')
  })

  it('shows events without a plan, and each of several runs', () => {
    const other = told({ tasks: [planned('nested')] }, [...ran('nested', 1, 2), finish(2)], 'r-2')
    const page = report([...simple.slice(1), ...other]).html()
    expect(page.match(/<main/g)).toHaveLength(2)
    expect(page).toContain('aria-label="nested"')
  })

  it('lays out any graph without boxes over one another', () => {
    fc.assert(
      fc.property(graphs, (tasks) => {
        const page = report(told({ tasks }, [finish(1)])).html()
        const boxes = placesOf(page)
        expect(boxes).toHaveLength(tasks.length)
        for (const [i, one] of boxes.entries()) {
          for (const other of boxes.slice(i + 1)) {
            const isApart = Math.abs(one.x - other.x) >= 142 || Math.abs(one.y - other.y) >= 40
            expect(isApart, `${one.name} and ${other.name}`).toBe(true)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('is linear in its tasks: twice as many make no more than 2.2 times the bytes', () => {
    const chain = (count: number) => {
      const tasks = Array.from({ length: count }, (_, i) =>
        planned(`t${i}`, i > 0 ? [`t${i - 1}`] : []),
      )
      const runs = tasks.flatMap(({ name }, i) => ran(name, i, i + 1))
      return report(told({ tasks }, [...runs, finish(count)])).html().length
    }
    expect(chain(4000) / chain(2000)).toBeLessThan(2.2)
  })
})

describe('report().text()', () => {
  it('draws a line per task, as wide as it is told', () => {
    expect(report(simple, { title: 'nightly' }).text(60).split('\n')).toEqual([
      'nightly',
      '',
      'fulfilled in 100 ms; 60 ms of work, 0.6 at a time; critical path 80 ms',
      '* a  ░░░█████████                             20 ms',
      '* b             ░░░░▒▒▒▒▒▒▒▒········████████  60 ms  1 retry',
      '█ runs  ▒ ends in vain  · pauses  ░ waits for a slot  * critical path',
      'b, attempt 1: Error: busy',
      '',
    ])
    const wide = report(simple).text(120).split('\n')
    expect(Math.max(...wide.slice(3, 5).map((line) => line.length))).toBe(120)
  })

  it('cuts long names, and shows what never ran', async () => {
    const text = report(await failed()).text()
    expect(text).toMatch(/end +skipped: checked failed$/m)
    const long = told({ tasks: [planned('x'.repeat(99))] }, [finish(1)])
    expect(report(long).text()).toContain(`${'x'.repeat(27)}…`)
  })

  it.each([0, 39, 60.5, Number.NaN])('refuses a width of %s', (width) => {
    expect(() => report(simple).text(width)).toThrow(InvalidOptionError)
  })
})

describe('report().toJSON()', () => {
  it('has totals, critical path and every span', () => {
    const { runs } = report(simple, { title: 't' }).toJSON()
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({
      status: 'fulfilled',
      startedAt: '2030-01-02T00:00:00.000Z',
      totals: { wallMs: 100, workMs: 60, parallelism: 0.6, tasks: 2, attempts: 3, retries: 1 },
      criticalPath: ['a', 'b'],
      tasks: [
        { name: 'a', status: 'fulfilled', readyAt: 0, startedAt: 10, endedAt: 30 },
        {
          name: 'b',
          spans: [
            {
              attempt: 1,
              runsOn: 'pool',
              from: 40,
              to: 60,
              end: 'failed',
              error: { text: 'Error: busy' },
            },
            { attempt: 2, from: 80, to: 100, end: 'fulfilled' },
          ],
        },
      ],
    })
  })

  it('is plain data', async () => {
    const json = report(await failed(), { values: true }).toJSON()
    expect(JSON.parse(JSON.stringify(json))).toEqual(json)
    expect(json.runs[0]?.tasks.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'skipped',
    ])
  })
})

describe('report()', () => {
  it.each([
    [undefined, {}, '`events`'],
    [[5], {}, '`events[0]` to be an event of a run, got 5'],
    [[{ run: 'a' }], {}, '`events[0]`'],
    [[], { titel: 'x' }, '`options`'],
    [[], { title: 1 }, '`title`'],
    [[], { values: 'all' }, '`values`'],
  ])('refuses %o with %o', (events, options, what) => {
    expect(() => report(events as never, options as never)).toThrow(what)
  })
})

const hostile = fc.constantFrom(
  '</script><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '<!--<script>',
  '&lt;b&gt;<b>',
  'a\u2028b\n\0<svg onload=1>',
  '__proto__',
)

/** Up to 40 tasks, each waiting for some before it. */
const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 40 })
  .map((picks) =>
    picks.map((pick, i) => {
      const needed = i === 0 ? [] : [...new Set(pick.map((n) => `t${n % i}`))]
      return planned(`t${i}`, needed)
    }),
  )

function dataOf(page: string): string {
  return /<script type="application\/json" id="data">([\s\S]*?)<\/script>/.exec(page)?.[1] as string
}

/** Look, left and width in percent. */
function barsOf(page: string): string[] {
  return [...page.matchAll(/class="bar (\w+)" style="left:([\d.]+)%;width:([\d.]+)%/g)].map(
    ([, look, left, width]) => `${look} ${left} ${width}`,
  )
}

function placesOf(page: string): { name: string | undefined; x: number; y: number }[] {
  return [
    ...page.matchAll(
      /<g transform="translate\((\S+) (\S+)\)" class="node[^>]*aria-label="([^"]*)"/g,
    ),
  ].map(([, x, y, name]) => ({ name, x: Number(x), y: Number(y) }))
}
