// Runs in all places that end with this process, one after the other; nothing may be left to hold it.
import { main } from '@conc/core'

const { steps } = await import('../modules/background.mjs')

main(import.meta, async () => {
  for (const where of ['here', 'thread', 'process']) {
    for (const way of ['returns', 'throws']) {
      const handle = steps.background({ way }, { where, onDone: () => {} })
      await handle.done.catch(() => {})
      console.log(where, handle.status)
    }
  }
})
