/** Two threads ping at their own pace until they are closed. `node dist/channels/pulse.js 3` */
import { setTimeout as sleep } from 'node:timers/promises'
import { coroutine, type Self, select } from '@conc/channels'
import { main } from '@conc/core'

export const pulse = coroutine(
  'pulse',
  async function (this: Self<never, string>, name: string, ms: number) {
    while (this.alive()) {
      await this.put(`ping from ${name}`)
      await sleep(ms, undefined, { signal: this.signal }) // close() wakes it
    }
  },
)

main(import.meta, async () => {
  const wanted = Number(process.argv[2] ?? 3)
  const counts = new Map([
    [pulse('the quick one', 20), 0],
    [pulse('the slow one', 50), 0],
  ])
  for await (const source of select(...counts.keys())) {
    console.log(await source.get())
    const count = (counts.get(source) ?? 0) + 1
    counts.set(source, count)
    if (count === wanted) source.close({ discard: true })
  }
})
