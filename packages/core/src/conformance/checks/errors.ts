import { RemoteError } from '../../errors/conc-error.js'
import { ExecutorClosedError, ExecutorError } from '../../errors/executor-error.js'
import type { Check } from '../check.js'
import { look } from '../context-tasks.js'
import type { Harness } from '../harness.js'
import { copies, identity } from '../needs.js'
import { throwError } from '../tasks.js'
import { builtinClasses, KnownKitError, lastThrown } from '../thrown-samples.js'

/** Promise 5: what a body throws arrives whole, and what the infrastructure did says so. */
export const errorChecks: readonly Check[] = [
  {
    promise: 5,
    title: 'built-in errors come back as themselves, with name and message',
    async run(h: Harness): Promise<void> {
      const samples = Object.keys(builtinClasses)
      const errors = await caughtAll(h, samples)
      for (const [name, Class] of Object.entries(builtinClasses)) {
        const error = errors.get(name)
        h.isA(error, Class as new () => Error, `a thrown ${name}`)
        h.same(error.name, name, '`name`')
        h.same(error.message, `a ${name} of the kit`, '`message`')
        h.ok(!(error instanceof ExecutorError), `a body's ${name} came as an ExecutorError.`)
      }
    },
  },
  {
    promise: 5,
    title: "`code` and plain own fields stay on a body's error",
    async run(h: Harness): Promise<void> {
      const error = await caught(h, 'fields')
      h.isA(error, TypeError, 'the error')
      h.equal(
        { ...error },
        { code: 'E_KIT', status: 418, detail: { at: new Date(0), list: [1, 2] } },
        'own fields',
      )
    },
  },
  {
    promise: 5,
    title: 'the stack shows where the body threw',
    async run(h: Harness): Promise<void> {
      const error = await caught(h, 'TypeError')
      const stack = String((error as Error | undefined)?.stack)
      h.ok(
        stack.includes('throwDeepInside'),
        `the stack has no frame of the throwing function throwDeepInside: ${stack}`,
      )
    },
  },
  {
    promise: 5,
    title: 'the chain of causes arrives, each with its class',
    async run(h: Harness): Promise<void> {
      const outer = await caught(h, 'causes')
      h.isA(outer, Error, 'the error')
      h.isA(outer.cause, RangeError, 'its cause')
      h.same(outer.cause.message, 'middle', 'the message of the cause')
      h.isA(outer.cause.cause, TypeError, 'the cause of the cause')
      h.same((outer.cause.cause as { code?: unknown }).code, 'E_INNER', 'its `code`')
    },
  },
  {
    promise: 5,
    title: 'an AggregateError arrives with its errors, each with its class',
    async run(h: Harness): Promise<void> {
      const error = await caught(h, 'aggregate')
      h.isA(error, AggregateError, 'the error')
      h.same(error.errors.length, 2, 'how many errors it has')
      h.isA(error.errors[0], TypeError, 'the first one')
      h.isA(error.errors[1], KnownKitError, 'the second one')
    },
  },
  {
    promise: 5,
    title: 'an error of a registered class comes back as one',
    async run(h: Harness): Promise<void> {
      const error = await caught(h, 'known')
      h.isA(error, KnownKitError, 'an error of a class given to registerError()')
      h.same(error.sku, 'tea', 'its own field')
      h.same(error.message, 'No tea left', '`message`')
    },
  },
  {
    promise: 5,
    title: 'an error of an unknown class comes as a RemoteError with the original name',
    needs: [copies],
    async run(h: Harness): Promise<void> {
      const error = await caught(h, 'strange')
      h.isA(error, RemoteError, 'an error of a class that nobody registered')
      h.same(error.name, 'StrangeKitError', '`name`')
      h.same(error.message, 'green', '`message`')
      h.same((error as { planet?: unknown }).planet, 'Mars', 'its own field')
      h.ok(error.remoteStack?.includes('throwDeepInside'), '`remoteStack` lacks the remote frames.')
    },
  },
  {
    promise: 5,
    title: 'in this process the very object that was thrown arrives',
    needs: [identity],
    async run(h: Harness): Promise<void> {
      for (const sample of ['fields', 'aggregate', 'strange', 'data']) {
        const error = await caught(h, sample)
        h.same(error, lastThrown.get(sample), `the thrown object '${sample}'`)
      }
    },
  },
  {
    promise: 5,
    title: 'thrown values that are no errors arrive as they are',
    async run(h: Harness): Promise<void> {
      const thrown = await caughtAll(h, ['text', 'undefined', 'data'])
      h.same(thrown.get('text'), 'just text', 'a thrown string')
      h.same(thrown.get('undefined'), undefined, 'a thrown undefined')
      h.equal(thrown.get('data'), { reason: 'data', list: [1, 2] }, 'a thrown object')
    },
  },
  {
    promise: 5,
    title: 'what the executor did is an ExecutorError with `code`, `retryable` and `started`',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      await h.fulfils(executor.close(), 'close')
      const error = await h.rejects(
        h.call(() => executor.submit(look, []), 'submit after close'),
        'a call after close',
      )
      h.isA(error, ExecutorClosedError, 'the error')
      h.isA(error, ExecutorError, 'the error')
      h.same(error.code, 'CONC_EXECUTOR_CLOSED', '`code`')
      h.same(typeof error.retryable, 'boolean', 'the type of `retryable`')
      h.same(error.started, false, '`started`')
    },
  },
]

async function caught(h: Harness, sample: string): Promise<unknown> {
  return (await caughtAll(h, [sample])).get(sample)
}

async function caughtAll(h: Harness, samples: readonly string[]): Promise<Map<string, unknown>> {
  const executor = await h.open()
  const errors = new Map<string, unknown>()
  for (const sample of samples) {
    const call = h.call(() => executor.submit(throwError, [sample]), 'submit')
    errors.set(sample, await h.rejects(call, `the body that throws '${sample}'`))
  }
  return errors
}
