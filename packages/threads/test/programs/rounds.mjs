// Twenty rounds of create, use, close leave nothing behind; a close at the top level is waited for.
import { ThreadExecutor } from '@conc/threads'
import { add, exit, range } from '../fixtures/tasks.mjs'

const handles = () =>
  process.getActiveResourcesInfo().filter((one) => /Message|Worker|Timeout/.test(one))
for (let round = 0; round < 20; round++) {
  const threads = new ThreadExecutor({ maxThreads: 2 })
  await Promise.all([1, 2, 3].map((n) => threads.submit(add, [n, n])))
  for await (const n of threads.stream(range, [100])) if (n === 5) break
  if (round % 5 === 0) await threads.submit(exit, [1]).catch(() => {})
  await threads.close({ pending: round % 2 ? 'run' : 'reject' })
}
console.log(JSON.stringify(handles()))
