// Threads that have nothing to do use no CPU: a loop that spins or polls would use up most of the second.
import { setTimeout as pause } from 'node:timers/promises'
import { ThreadExecutor } from '@conc/threads'
import { add } from '../fixtures/tasks.mjs'

const threads = new ThreadExecutor({ minThreads: 2, maxThreads: 2 })
await threads.ready()
await Promise.all(Array.from({ length: 1000 }, (_, n) => threads.submit(add, [n, n])))
const before = process.cpuUsage()
await pause(1000)
const { user, system } = process.cpuUsage(before)
console.log(user + system < 200_000 ? 'idle' : `${(user + system) / 1000} ms of CPU`)
