// Prints what the processes of detached runs really exit with.
import childProcess from 'node:child_process'
import { once } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

const [dir] = process.argv.slice(2)
const { fork } = childProcess
let child
childProcess.fork = (...args) => {
  child = fork(...args)
  return child
}
syncBuiltinESMExports()

const { steps } = await import('../modules/background.mjs')
globalThis.isWeaveTest = true
const { broken } = await import('../modules/throws.mjs')
// Detached runs do not hold this process.
const held = setInterval(() => {}, 1000)

/** @param act what is done to the process once its run has begun. */
async function exitOf(start, act) {
  const handle = start({ where: 'detached', resultFile: join(dir, 'r'), logFile: join(dir, 'l') })
  const exit = once(child, 'exit')
  await handle.started.catch(() => {})
  act?.(handle)
  console.log(...(await exit))
}

await exitOf((options) => steps.background({ way: 'returns' }, options))
await exitOf((options) => steps.background({ way: 'throws' }, options))
await exitOf((options) => broken.background(options))
await exitOf((options) => steps.background({ way: 'crashes' }, options))
for (const signal of ['SIGINT', 'SIGTERM']) {
  await exitOf(
    (options) => steps.background({ way: 'waits' }, options),
    (handle) => process.kill(handle.pid, signal),
  )
}
await exitOf(
  (options) => steps.background({ way: 'ignores' }, { ...options, graceMs: 1000 }),
  (handle) => handle.cancel(),
)
clearInterval(held)
