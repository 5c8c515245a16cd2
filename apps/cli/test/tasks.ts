/** A module of tasks, as a person has it. */
export const tasksModule = `
import { existsSync } from 'node:fs'
import { currentTask, task } from '@conc/core'
const sleep = (ms, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, ms)
  signal?.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason) })
})
export const greet = task('demo/greet', (name) => 'Hello ' + name)
export const add = task('demo/add', (a, b) => a + b)
export const fail = task('demo/fail', () => { throw new TypeError('boom') })
export const count = task('demo/count', async function* (n) { for (let i = 0; i < n; i++) yield i })
export const values = task('demo/values', () => ({ at: new Date(0), big: 10n, map: new Map([[1, 2]]) }))
export const nothing = task('demo/nothing', () => {})
export const wait = task('demo/wait', async (ms) => {
  console.log('wait has begun')
  await sleep(ms, currentTask().signal)
  return ms
})
export const until = task('demo/until', async (path) => {
  console.log('until has begun')
  while (!existsSync(path)) await sleep(20, currentTask().signal)
})
export const stubborn = task('demo/stubborn', async () => {
  console.log('stubborn has begun')
  await sleep(3_600_000)
})
export const header = task('demo/header', () => currentTask().headers.colour)
export const secret = task('demo/secret', () => process.env.CONC_AUTHKEY ?? 'none')
`

export const brokenModule = `throw new RangeError('not today')`
export const emptyModule = `export const answer = 42`
