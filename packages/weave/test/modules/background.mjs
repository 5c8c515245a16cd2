import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { contextVar, task } from '@conc/core'
import { isShown, levelHere, originHere, sayHere } from '@conc/core/internal'
import { weave } from '@conc/weave'

const tenant = contextVar('background/tenant', { default: 'nobody' })

/** What the second of three tasks may do. */
const ways = {
  returns: () => 'second',
  throws: () => {
    throw Object.assign(new RangeError('no'), { detail: { a: 1 } })
  },
  // Heeds its signal.
  waits: (_, signal) => sleep(600_000, undefined, { signal }),
  // Ignores its signal, and keeps the loop free.
  ignores: () => sleep(600_000),
  // Ignores its signal, and nobody else gets a word in.
  blocks: () => {
    for (;;);
  },
  exits: () => process.exit(7),
  crashes: () => {
    setTimeout(() => {
      throw new TypeError('out of nowhere')
    })
    return sleep(600_000)
  },
  starves: () => new Promise(() => {}),
  'cleans up': ({ dir }, signal) =>
    sleep(600_000, undefined, { signal }).catch(async () => {
      await sleep(1)
      writeFileSync(join(dir, 'cleaned'), '')
    }),
  'returns a function': () => ({ inside: { fn() {} } }),
}

export const steps = weave()
  .input()
  .do('first', () => ['first'])
  .do('second', ({ first, way, dir = undefined }, { signal }) => {
    if (dir) writeFileSync(join(dir, 'second'), String(process.pid))
    return ways[way]({ first, dir }, signal)
  })
  .do('third', ({ second, first, tz = 'UTC' }) => ({ second, first, tz, tenant: tenant.get() }))
  .named('background/steps')

export const shared = weave()
  .input()
  .do('echo', ({ value }) => value)
  .named('background/echo')

export const late = weave()
  .do('a', { timeoutMs: 5 }, () => sleep(600_000))
  .named('background/late')

export const mapped = weave()
  .input()
  .each('items', 'list', { workers: 1 }, (n) => {
    if (n === 3) throw new RangeError(`item ${n}`)
    return n * n
  })
  .named('background/mapped')

export const tell = task('background/tell', (report) => {
  const { dir } = report.tasks.where?.value ?? {}
  if (dir) writeFileSync(join(dir, 'told'), JSON.stringify(report), { flag: 'ax' })
})

/** Like `steps`, with the folder among its values, so that `tell` finds it. */
export const told = weave()
  .input()
  .do('where', ({ dir }) => ({ dir }))
  .do('work', { after: ['where'] }, ({ way, dir }, { signal }) => {
    writeFileSync(join(dir, 'working'), String(process.pid))
    return ways[way]({ dir }, signal)
  })
  .named('background/told')

export const fails = task('background/fails', () => {
  throw new RangeError('callback')
})

class Greeting {
  name({ id }) {
    return `#${id}`
  }

  text({ name }) {
    return `Hello ${name}`
  }
}

export const templated = weave(Greeting).named('background/class')

/** What `logger()` of `@conc/distributed` does. */
function say(level, message, fields) {
  if (!isShown(level, levelHere())) return
  sayHere({ ...originHere(), ts: Date.now(), level, message, ...(fields && { fields }) })
}

export const speaking = weave()
  .input()
  .do('speaker', ({ text }) => {
    say('info', text, { fn: () => 1, fine: 2 })
    say('debug', `${text}, in detail`)
  })
  .named('background/speaking')
