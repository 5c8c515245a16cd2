import { type Executor, task } from '@conc/core'
import { describe, it } from 'vitest'
import { type BackgroundReport, weave } from '../src/index.js'

// Checked by tsc: what has to compile does, and each @ts-expect-error line does not. Nothing here runs.

type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const typesOnly = (_body: () => unknown) => (): void => {}
const ok = <T extends true>(_proof?: T): void => {}

declare const threads: Executor

describe('the types of a named weave, checked by tsc', () => {
  it(
    'its task',
    typesOnly(async () => {
      const daily = weave()
        .input<{ day: string }>()
        .do('rows', ({ day }) => [day])
        .named('reports/daily')
      const there = await daily.task.on(threads)({ day: 'tue' })
      ok<Eq<typeof there.rows, string[]>>()
      ok<Eq<typeof daily.name, string>>()
      const outer = await weave({ day: 'wed' }).do('all', { executor: threads }, daily.task).run()
      ok<Eq<typeof outer.all.rows, string[]>>()
      const bound = daily.with({ day: 'mon', tz: 'UTC' })
      ok<Eq<typeof bound.name, string>>()
      await bound.task({})
      const closed = weave({ a: 1 })
        .do('b', ({ a }) => a)
        .named('closed')
      ok<Eq<keyof Awaited<ReturnType<typeof closed.task>>, 'b'>>()
      // @ts-expect-error the input is missing
      await daily.task()
      // @ts-expect-error the input has another type
      await daily.task({ day: 1 })
      // @ts-expect-error there are no inputs
      await closed.task({ a: 2 })
      // @ts-expect-error what is derived from it has no name
      daily.do('more', () => 1).name
      // @ts-expect-error the outer weave has no day
      weave().do('all', daily.task)
      // @ts-expect-error a weave is no task
      await threads.submit(daily, [])
    }),
  )

  it(
    'its runs in the background',
    typesOnly(async () => {
      const daily = weave()
        .input<{ day: string }>()
        .do('rows', ({ day }) => [day])
        .named('reports/daily')
      const handle = daily.with({ tz: 'UTC' }).background(
        { day: 'mon' },
        {
          where: 'process',
          onDone: (settled) => {
            const failed: readonly 'rows'[] = settled.failed
            void failed
          },
        },
      )
      ok<Eq<Awaited<typeof handle.done>['rows'], string[]>>()
      const mail = task('mail/done', (report: BackgroundReport) => report.status)
      daily.background({ day: 'mon' }, { where: 'detached', onDone: mail, resultFile: 'r.json' })
      const here = weave().do('a', () => 1)
      ok<Eq<Awaited<ReturnType<typeof here.background>['done']>['final'], number>>()
      // @ts-expect-error unknown place
      daily.background({ day: 'x' }, { where: 'moon' })
      // @ts-expect-error the input is missing
      daily.background()
      // @ts-expect-error only detached runs have files
      daily.background({ day: 'x' }, { where: 'thread', resultFile: 'r.json' })
      // @ts-expect-error a detached run calls a declared task
      daily.background({ day: 'x' }, { where: 'detached', onDone: () => {} })
      // @ts-expect-error the result is that of the weave
      here.background({ onDone: ({ tasks }) => tasks.b })
    }),
  )
})
