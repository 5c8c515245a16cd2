// Waits for nothing itself: the work that was accepted holds the process until it is done.
import { ThreadExecutor } from '@conc/threads'
import { add, depth } from '../fixtures/tasks.mjs'

const threads = new ThreadExecutor({ maxThreads: 1 })
for (const n of [1, 2]) threads.submit(add, [n, n]).then(console.log)
threads.submit(depth, [20]).then(console.log)
