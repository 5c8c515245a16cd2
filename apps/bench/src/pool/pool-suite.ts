import { type Suite, sized } from '../harness/suite.js'
import { loadTest } from './load-test.js'
import { mapArray } from './map-array.js'
import { mapAsyncIterable, mapIterable } from './map-iterable.js'
import { promiseEach } from './promise-each.js'
import { waitingTasks } from './waiting-tasks.js'

export const poolSuite: Suite = {
  name: 'pool',
  about: 'async functions, so many at a time',
  paths: (size) => {
    const items = sized(size, 100, 10_000, 100_000, 100_000)
    return [
      mapArray(10, items),
      mapArray(100, items),
      mapIterable(10, items),
      mapIterable(100, items),
      mapAsyncIterable(10, items),
      promiseEach(10, items),
      promiseEach(100, items),
      waitingTasks(sized(size, 200, 20_000, 1_000_000, 1_000_000)),
      loadTest(size),
    ]
  },
}
