import { setImmediate as turn } from 'node:timers/promises'
import { task } from '@conc/core'

/** A body that takes some turns of the event loop and then ends, one way or the other. */
export const step = task('weave-test/step', async (name, turns, fails) => {
  for (let left = turns; left > 0; left--) await turn()
  if (fails) throw new RangeError(name)
  return name
})
