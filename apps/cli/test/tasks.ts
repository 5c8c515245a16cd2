/** A module of tasks, as a person has it. */
export const tasksModule = `
import { existsSync } from 'node:fs'
import { currentTask, task } from '@conc/core'
import { locks } from '@conc/distributed'
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
export const tidy = task('demo/tidy', async (path) => {
  console.log('tidy has begun')
  const { signal } = currentTask()
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  console.log('tidy was cancelled')
  while (!existsSync(path)) await sleep(20)
  console.log('tidy has ended')
})
export const locked = task('demo/locked', async (path) => {
  await locks().lock('ledger').use(async () => {
    console.log('locked has begun')
    while (!existsSync(path)) await sleep(20, currentTask().signal)
  })
})
export const big = task('demo/big', (length) => 'x'.repeat(length))
export const pid = task('demo/pid', () => process.pid)
export const die = task('demo/die', () => process.exit(7))
let ticks = 0
export const tick = task('demo/tick', () => ++ticks)
export const say = task('demo/say', (text) => console.log('said', text))
export const header = task('demo/header', () => currentTask().headers.colour)
export const secret = task('demo/secret', () => process.env.CONC_AUTHKEY ?? 'none')
`

/** Loads as often as there is no file `doom`. */
export const mortalModule = `
import { existsSync } from 'node:fs'
import { task } from '@conc/core'
export const die = task('demo/die', () => process.exit(7))
if (existsSync('./doom')) process.exit(7)
`

/** The first worker that loads it is ready, others never are. */
export const onceModule = `
import { closeSync, openSync } from 'node:fs'
import { task } from '@conc/core'
export const x = task('demo/x', () => 1)
let isFirst = true
try { closeSync(openSync('./once', 'wx')) } catch { isFirst = false }
if (!isFirst) await new Promise(() => setInterval(() => {}, 1000))
`

export const brokenModule = `throw new RangeError('not today')`
export const emptyModule = `export const answer = 42`
