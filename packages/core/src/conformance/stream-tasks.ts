import { type Task, task } from '../task.js'
import { currentTask } from '../task-context.js'
import { GateClient } from './gate-client.js'

/** Says how many items it has made; the record then shows how far ahead of its consumer it ran. */
export const countingItems: Task<
  [port: number, id: string, length: number],
  AsyncGenerator<number>
> = task('conc-kit/counting-items', async function* (port: number, id: string, length: number) {
  const gate = await GateClient.enter(port, id)
  let made = 0
  try {
    await gate.report('started')
    while (made < length) yield made++
  } finally {
    await gate.report('finally', made)
    gate.leave()
  }
})

/** Just numbers. */
export const numbers: Task<[length: number], AsyncGenerator<number>> = task(
  'conc-kit/numbers',
  async function* (length: number) {
    for (let item = 0; item < length; item++) yield item
  },
)

/** Adds up a stream of its executor, and waits at the gate between the first item and the next one. */
export const sumOfStream: Task<[port: number, id: string, length: number], Promise<number>> = task(
  'conc-kit/sum-of-stream',
  async (port: number, id: string, length: number) => await addUp(port, id, length),
)

/** The same as the one item of a stream. */
export const sumAsItem: Task<
  [port: number, id: string, length: number],
  AsyncGenerator<number>
> = task('conc-kit/sum-as-item', async function* (port: number, id: string, length: number) {
  yield await addUp(port, id, length)
})

async function addUp(port: number, id: string, length: number): Promise<number> {
  const gate = await GateClient.enter(port, id)
  let sum = 0
  try {
    for await (const item of numbers(length)) {
      if (item === 0) {
        await gate.report('first item')
        await gate.released()
      }
      sum += item
    }
    return sum
  } finally {
    gate.leave()
  }
}

/** `length` items and then an error. */
export const failingItems: Task<
  [port: number, id: string, length: number],
  AsyncGenerator<number>
> = task('conc-kit/failing-items', async function* (port: number, id: string, length: number) {
  const gate = await GateClient.enter(port, id)
  try {
    await gate.report('started', currentTask()?.attempt)
    for (let item = 0; item < length; item++) yield item
    throw Object.assign(new TypeError('after the items'), { code: 'E_ITEMS' })
  } finally {
    gate.leave()
  }
})

/** Fails before its first item as long as its attempt is at most `failures`; then the attempt is its one item. */
export const failFirstItems: Task<
  [port: number, id: string, failures: number],
  AsyncGenerator<number>
> = task('conc-kit/fail-first-items', async function* (port: number, id: string, failures: number) {
  const attempt = currentTask()?.attempt ?? 1
  const gate = await GateClient.enter(port, id)
  try {
    await gate.report('started', attempt)
    if (attempt <= failures) throw new RangeError(`attempt ${attempt} failed`)
    yield attempt
  } finally {
    gate.leave()
  }
})

/** `length` items, and then it waits for its signal; says `aborted` and `finally`. */
export const stuckItems: Task<
  [port: number, id: string, length: number],
  AsyncGenerator<number>
> = task('conc-kit/stuck-items', async function* (port: number, id: string, length: number) {
  const gate = await GateClient.enter(port, id)
  try {
    await gate.report('started')
    for (let item = 0; item < length; item++) yield item
    await gate.report('stuck')
    await Promise.race([gate.released(), abort(gate)])
  } finally {
    await gate.report('finally')
    gate.leave()
  }
})

/** One item that cannot travel, after one that can. */
export const functionItems: Task<[], AsyncGenerator<unknown>> = task(
  'conc-kit/function-items',
  async function* () {
    yield 'plain'
    yield { onDone: () => {} }
  },
)

async function abort(gate: GateClient): Promise<void> {
  const signal = currentTask()?.signal
  await new Promise<void>((resolve) => {
    if (signal?.aborted) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
  await gate.report('aborted')
}
