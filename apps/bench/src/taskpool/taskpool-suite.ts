import { type Suite, sized } from '../harness/suite.js'
import { controlRoundTrip } from './control-round-trip.js'
import { endedTasks } from './ended-tasks.js'
import { mapTally } from './map-tally.js'

export const taskpoolSuite: Suite = {
  name: 'taskpool',
  about: 'groups of tasks, and their control from outside',
  paths: (size) => {
    const items = sized(size, 100, 10_000, 100_000, 100_000)
    return [
      mapTally(10, items),
      mapTally(100, items),
      endedTasks(sized(size, 200, 20_000, 500_000, 1_000_000)),
      controlRoundTrip(sized(size, 5, 200, 2000, 5000)),
    ]
  },
}
