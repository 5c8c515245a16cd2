// 100 000 calls under one long-lived signal leave the heap as it was.
import { ThreadExecutor } from '@conc/threads'
import { add } from '../fixtures/tasks.mjs'

const { signal } = new AbortController()
const threads = new ThreadExecutor({ maxThreads: 2 })
const round = () =>
  Promise.all(Array.from({ length: 1000 }, (_, n) => threads.submit(add, [n, n], { signal })))
const heap = () => {
  globalThis.gc()
  return process.memoryUsage().heapUsed
}
for (let i = 0; i < 10; i++) await round()
const before = heap()
for (let i = 0; i < 100; i++) await round()
const grown = heap() - before
await threads.close()
console.log(grown < 2 * 1024 * 1024 ? 'flat' : `grown by ${grown} bytes`)
