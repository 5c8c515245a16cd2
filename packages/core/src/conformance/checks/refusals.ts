import { runInThisContext } from 'node:vm'
import {
  ExecutorError,
  UnknownTaskError,
  UnsupportedWorkError,
} from '../../errors/executor-error.js'
import type { Executor } from '../../executor.js'
import { type Task, task } from '../../task.js'
import type { Check } from '../check.js'
import type { Harness } from '../harness.js'
import { misspelt, throwsForMisspelt } from '../misspelt.js'
import { closures, copies, noClosures, streaming } from '../needs.js'
import { echo } from '../tasks.js'

/** Promise 13: work that an executor cannot run. */
export const refusalChecks: readonly Check[] = [
  {
    promise: 13,
    title: 'any function runs where `closures` is true',
    needs: [closures],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const sum = await h.fulfils(
        executor.submit((a: number, b: number) => a + b, [1, 2]),
        'a function',
      )
      h.same(sum, 3, 'its result')
    },
  },
  {
    promise: 13,
    title: 'a function is refused where `closures` is false, with what to do instead',
    needs: [noClosures],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      let hasRun = false
      const work = (): void => {
        hasRun = true
      }
      const call = h.call(() => executor.submit(work, []), 'submit of a function')
      isHelpful(h, await h.rejects(call, 'a function'), executor)
      h.ok(!hasRun, 'the function ran although it was refused.')
    },
  },
  {
    promise: 13,
    title: 'a function to stream is refused where `closures` is false',
    needs: [noClosures, streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const items = executor.stream(function* () {
        yield 1
      }, [])
      isHelpful(h, await h.rejects(items.next(), 'a generator function'), executor)
    },
  },
  {
    promise: 13,
    title: 'a task that no worker can import is refused by name',
    needs: [copies, noClosures],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const error = await h.rejects(
        h.call(() => executor.submit(taskWithoutModule(), []), 'submit'),
        'a task without a module',
      )
      h.ok(
        error instanceof UnsupportedWorkError || error instanceof UnknownTaskError,
        `a task without a module: expected UnsupportedWorkError or UnknownTaskError, got ${String(error)}.`,
      )
      namesTask(h, error, 'conc-kit/only-here')
      await h.passThrough(executor)
    },
  },
  {
    promise: 13,
    title: 'a task whose module cannot be imported there is refused by name, and costs no worker',
    needs: [copies, noClosures],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const error = await h.rejects(executor.submit(taskOfMissingModule(), []), 'the call')
      h.isA(error, UnknownTaskError, 'the error')
      namesTask(h, error, 'conc-kit/missing')
      await h.passThrough(executor)
    },
  },
  {
    promise: 13,
    title: 'a misspelt option of `submit` is refused at once, by name',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      throwsForMisspelt(h, 'submit', () => executor.submit(echo, [1], misspelt))
      await h.passThrough(executor)
    },
  },
]

function isHelpful(h: Harness, error: unknown, executor: Executor): void {
  h.isA(error, UnsupportedWorkError, 'the error')
  h.same(error.started, false, '`started`')
  h.ok(
    error.executor !== undefined || error.message.includes(executor.name),
    `the error does not say which executor it was: ${error.message}`,
  )
  h.ok(
    error.message.includes('task('),
    `the message does not say how to declare a task: ${error.message}`,
  )
}

function namesTask(h: Harness, error: unknown, name: string): void {
  h.isA(error, ExecutorError, 'the error')
  h.same(error.started, false, '`started`')
  h.ok(error.message.includes(name), `the message does not name the task: ${error.message}`)
}

/** As somebody declares one at a prompt: code that is in no file. */
function taskWithoutModule(): Task<[], number> {
  const declare = runInThisContext("(task) => task('conc-kit/only-here', () => 1)", {
    filename: 'PROMPT',
  }) as (declareTask: typeof task) => Task<[], number>
  return declare(task)
}

function taskOfMissingModule(): Task<[], number> {
  const module = new URL('./there-is-no-such-module.js', import.meta.url)
  return task('conc-kit/missing', () => 1, { module })
}
