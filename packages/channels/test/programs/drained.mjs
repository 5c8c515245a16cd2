import { threadCache } from '@conc/channels'
import { count, doubler, thrower } from '../fixtures/coroutines.mjs'

for (let round = 0; round < 5; round++) {
  for await (const _ of count(10));
  const twice = doubler()
  await twice.put(1)
  await twice.get()
  twice.close()
  await twice.done
  await thrower('x').done.catch(() => {})
}
await threadCache.drain()
for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
const left = process
  .getActiveResourcesInfo()
  .filter((name) => /Worker|MessagePort|Timeout/.test(name))
console.log(JSON.stringify([left, threadCache.idle, threadCache.running]))
