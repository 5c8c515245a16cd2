import { type BrokenExecutor, PlainExecutor, type Submitted } from './plain-executor.js'

type Items = AsyncGenerator<unknown, void, undefined>

class ProducesAhead extends PlainExecutor {
  protected override async *interceptStream(pass: () => Items): Items {
    const items = pass()
    const ahead: Promise<IteratorResult<unknown, void>>[] = []
    const first = await items.next()
    if (first.done) return
    // As if credit had no end; without an item in hand it asks like everybody.
    if (first.value === 0) for (let count = 0; count < 200; count++) ahead.push(items.next())
    for (const next of ahead) next.catch(() => {})
    try {
      yield first.value
      for (let next = ahead.shift() ?? items.next(); ; next = ahead.shift() ?? items.next()) {
        const { done, value } = await next
        if (done) return
        yield value
      }
    } finally {
      await items.return()
    }
  }
}

class LeavesBodiesBehind extends PlainExecutor {
  protected override interceptStream(pass: () => Items): Items {
    const items = pass()
    let isLeft = false
    return Object.assign(Object.create(items), {
      next: async () => (isLeft ? { done: true, value: undefined } : await items.next()),
      return: async () => {
        isLeft = true
        return { done: true, value: undefined }
      },
    }) as Items
  }
}

class RepeatsItems extends PlainExecutor {
  protected override async *interceptStream(pass: () => Items): Items {
    let count = 0
    for await (const item of pass()) {
      yield item
      // At the border of a window, as after a reconnection.
      if (++count === 512) yield item
    }
  }
}

class StartsEarly extends PlainExecutor {
  protected override interceptStream(pass: () => Items, { options }: Submitted): Items {
    const items = pass()
    if (options.signal || !this.isOpen) return items
    const first = items.next()
    first.catch(() => {})
    let isFirst = true
    return Object.assign(Object.create(items), {
      next: () => {
        if (!isFirst) return items.next()
        isFirst = false
        return first
      },
      return: () => items.return(),
    }) as Items
  }
}

class FailsBeforeItems extends PlainExecutor {
  protected override async *interceptStream(pass: () => Items, { args }: Submitted): Items {
    if (args[1] !== 'failing') return yield* pass()
    const items: unknown[] = []
    for await (const item of pass()) items.push(item)
    yield* items
  }
}

export const brokenStreams: readonly BrokenExecutor[] = [
  {
    what: 'produces without being asked',
    Executor: ProducesAhead,
    alsoBreaks: [11],
    fails: {
      'the producer is at most a small window': /made 201 items for a consumer that took one/,
    },
  },
  {
    what: 'leaves the body running when the loop is left',
    Executor: LeavesBodiesBehind,
    alsoBreaks: [1, 2],
    fails: {
      'breaking out of the loop': /the body's finally never settled/,
      'streams leave no listener': /listeners of streams/,
      'an open stream holds a slot': /the start of 'b' never settled/,
    },
  },
  {
    what: 'repeats an item',
    Executor: RepeatsItems,
    fails: { 'every item arrives once': /the 1000 items of a stream/ },
  },
  {
    what: 'starts streams at once',
    Executor: StartsEarly,
    fails: { 'nothing starts before the first': /although nobody asked for an item/ },
  },
  {
    what: 'lets an error overtake items',
    Executor: FailsBeforeItems,
    fails: { 'an error comes after the items': /an item before the error rejected with TypeError/ },
  },
]
