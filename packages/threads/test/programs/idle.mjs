// Uses an executor and never closes it: the process ends by itself.
import { ThreadExecutor } from '@conc/threads'
import { add } from '../fixtures/tasks.mjs'

const threads = new ThreadExecutor({ minThreads: 1, maxThreads: 2 })
await threads.ready()
console.log(await threads.submit(add, [1, 2]))
