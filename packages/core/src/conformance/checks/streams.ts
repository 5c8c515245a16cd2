import type { Check } from '../check.js'
import type { Harness } from '../harness.js'
import { misspelt, throwsForMisspelt } from '../misspelt.js'
import { closures, streaming } from '../needs.js'
import { countingItems, failingItems, numbers } from '../stream-tasks.js'

/** How far ahead of its consumer a producer may run: more than any credit window is. */
const smallWindow = 64

/** Promise 9, the items: pulled, in order, each once. */
export const streamChecks: readonly Check[] = [
  {
    promise: 9,
    title: 'a misspelt option of `stream` is refused at once, by name',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      throwsForMisspelt(h, 'stream', () => executor.stream(numbers, [1], misspelt))
    },
  },
  {
    promise: 9,
    title: 'every item arrives once, in order',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      for (const length of [0, 1, 1000]) {
        const items = await allItems(h, executor.stream(numbers, [length]))
        h.equal(items, upTo(length), `the ${length} items of a stream`)
      }
    },
  },
  {
    promise: 9,
    title: 'nothing starts before the first `next`',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const items = executor.stream(countingItems, [h.gate.port, 'lazy', 3])
      await h.passThrough(executor)
      await h.quiet()
      h.ok(!h.gate.has('lazy', 'started'), 'the body ran although nobody asked for an item.')
      h.equal(await allItems(h, items), [0, 1, 2], 'the items')
    },
  },
  {
    promise: 9,
    title: 'the producer is at most a small window ahead of its consumer',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const items = executor.stream(countingItems, [h.gate.port, 'pulled', 5000])
      await h.fulfils(items.next(), 'the first item')
      await h.quiet()
      await h.fulfils(items.return(), 'leaving the stream')
      const { data } = await h.fulfils(h.gate.seen('pulled', 'finally'), "the body's finally")
      h.ok(
        Number(data) <= smallWindow,
        `the producer made ${data} items for a consumer that took one; at most ${smallWindow} were expected.`,
      )
    },
  },
  {
    promise: 9,
    title: 'several `next` at once are answered in order',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const items = executor.stream(numbers, [2])
      const asked = [items.next(), items.next(), items.next(), items.next()]
      const answers = await h.fulfils(Promise.all(asked), 'four next() at once')
      h.equal(
        answers.map(({ done, value }) => (done ? 'done' : value)),
        [0, 1, 'done', 'done'],
        'the answers',
      )
    },
  },
  {
    promise: 9,
    title: 'an error comes after the items before it, and then the stream is over',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const stream = executor.stream(failingItems, [h.gate.port, 'failing', 2])
      for (const item of [0, 1]) {
        const { value } = await h.fulfils(stream.next(), 'an item before the error')
        h.same(value, item, 'an item before the error')
      }
      const error = await h.rejects(stream.next(), 'the next() after the items')
      h.isA(error, TypeError, 'the error')
      h.same((error as { code?: unknown }).code, 'E_ITEMS', 'its `code`')
      h.same((await h.fulfils(stream.next(), 'next() after the error')).done, true, '`done`')
      await h.passThrough(executor)
    },
  },
  {
    promise: 9,
    title: 'a stream that failed after items is not begun again, so that no item comes twice',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const options = { retry: 3 }
      const stream = executor.stream(failingItems, [h.gate.port, 'retried', 2], options)
      const items: unknown[] = []
      const whole = (async (): Promise<void> => {
        for await (const item of stream) items.push(item)
      })()
      h.isA(await h.rejects(whole, 'the stream'), TypeError, 'the error')
      h.equal(items, [0, 1], 'the items of a stream with `retry` that failed after two')
      h.same(h.gate.count('retried', 'started'), 1, 'attempts after items were delivered')
    },
  },
  {
    promise: 9,
    title: 'functions that make iterables are streamed',
    needs: [streaming, closures],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const items = executor.stream(
        function* (from: number) {
          yield from
          yield from + 1
        },
        [7],
      )
      h.equal(await allItems(h, items), [7, 8], 'the items of a generator function')
    },
  },
]

async function allItems(h: Harness, stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = []
  const whole = (async (): Promise<void> => {
    for await (const item of stream) items.push(item)
  })()
  await h.fulfils(whole, 'the stream')
  return items
}

function upTo(length: number): number[] {
  return Array.from({ length }, (_, index) => index)
}
