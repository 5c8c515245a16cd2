import { SerializationError } from '../../errors/executor-error.js'
import type { Check } from '../check.js'
import type { Harness } from '../harness.js'
import { copies, cycles, identity, moves, streaming } from '../needs.js'
import { cyclicLabel, sampleLabels, sampleValue, valueDifference } from '../sample-values.js'
import { functionItems } from '../stream-tasks.js'
import { checkValue, countArguments, echo, returnFunction, takeBytes } from '../tasks.js'

/** Promise 6: values go there and come back; those that cannot are named. */
export const valueChecks: readonly Check[] = [
  {
    promise: 6,
    title: 'values arrive as arguments and as results',
    async run(h: Harness): Promise<void> {
      await roundTrips(h, sampleLabels)
    },
  },
  {
    promise: 6,
    title: 'values that contain themselves arrive',
    needs: [cycles],
    async run(h: Harness): Promise<void> {
      await roundTrips(h, [cyclicLabel])
    },
  },
  {
    promise: 6,
    title: 'every argument arrives, undefined ones too',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      for (const args of [[], [undefined], [1, undefined, undefined], Array(50).fill('x')]) {
        const count = await h.fulfils(executor.submit(countArguments, args), 'the call')
        h.same(count, args.length, 'how many arguments arrived')
      }
    },
  },
  {
    promise: 6,
    title: 'in this process the same objects arrive',
    needs: [identity],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const value = { only: 'one' }
      h.same(await h.fulfils(executor.submit(echo, [value]), 'the call'), value, 'the object')
    },
  },
  {
    promise: 6,
    title: 'elsewhere copies arrive',
    needs: [copies],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const value = { list: [1] }
      const copy = await h.fulfils(executor.submit(echo, [value]), 'the call')
      h.ok(copy !== value, '`capabilities.values` says copies, and the same object came back.')
      h.equal(copy, value, 'the copy')
    },
  },
  {
    promise: 6,
    title: 'an argument that cannot travel is named and costs no worker',
    needs: [copies],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const call = h.call(
        () => executor.submit(echo, [{ config: { onDone: () => {} } }]),
        'submit of a function',
      )
      const error = await h.rejects(call, 'the call with a function in its argument')
      h.isA(error, SerializationError, 'the error')
      h.same(error.path, 'args[0].config.onDone', '`path`')
      h.same(error.started, false, '`started`')
      await h.passThrough(executor)
    },
  },
  {
    promise: 6,
    title: 'a result that cannot travel is named and costs no worker',
    needs: [copies],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const error = await h.rejects(executor.submit(returnFunction, []), 'the call')
      h.isA(error, SerializationError, 'the error')
      h.same(error.path, 'result.handlers[2]', '`path`')
      await h.passThrough(executor)
    },
  },
  {
    promise: 6,
    title: 'an item that cannot travel ends its stream and costs no worker',
    needs: [copies, streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const items = executor.stream(functionItems, [])
      h.equal((await h.fulfils(items.next(), 'the first item')).value, 'plain', 'the first item')
      const error = await h.rejects(items.next(), 'the item that cannot travel')
      h.isA(error, SerializationError, 'the error')
      h.ok(error.path.endsWith('.onDone'), `\`path\` does not name onDone: '${error.path}'.`)
      await h.passThrough(executor)
    },
  },
  {
    promise: 6,
    title: 'arguments in `transfer` are moved',
    needs: [moves],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const bytes = new Uint8Array([1, 2, 3])
      const call = executor.submit(takeBytes, [bytes], { transfer: [bytes.buffer] })
      h.same(await h.fulfils(call, 'the call'), 6, 'the sum of the moved bytes')
      h.same(bytes.byteLength, 0, 'what is left of the moved bytes here')
    },
  },
]

async function roundTrips(h: Harness, labels: readonly string[]): Promise<void> {
  const executor = await h.open()
  for (const label of labels) {
    const call = executor.submit(checkValue, [label, sampleValue(label)])
    const { difference, value } = await h.fulfils(call, `the call with ${label}`)
    h.same(difference, undefined, `how ${label} differed as an argument`)
    h.same(valueDifference(label, value), undefined, `how ${label} differed as a result`)
  }
}
