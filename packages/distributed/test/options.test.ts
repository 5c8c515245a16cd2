import { InvalidOptionError, inline } from '@conc/core'
import { connect, listPools, serve, WorkerPool, withSession } from '@conc/distributed'
import { describe, expect, it } from 'vitest'

const rubbish = [Number.NaN, -1, null, {}, 1n, Symbol('rubbish'), () => {}]
const times = ['startupTimeoutMs', 'startTimeoutMs', 'shutdownTimeoutMs']
const counts = ['concurrency', 'maxSuspended', 'maxPoolDepth', 'maxPayloadBytes']

describe('options of a WorkerPool', () => {
  it.each([...times, ...counts, 'graceMs', 'breadth', 'queueLimit', 'respawn.minMs'])(
    'have no rubbish in %s',
    (option) => {
      for (const value of rubbish) {
        const [outer = '', inner] = option.split('.')
        const given = { [outer]: inner === undefined ? value : { [inner]: value } }
        expect(() => new WorkerPool(given)).toThrow(InvalidOptionError)
        expect(() => new WorkerPool(given)).toThrow(`\`${option}\``)
      }
    },
  )

  it.each([
    [{ breadth: 2 ** 31 }, '`breadth` to be an integer from 0 to 1024, got 2147483648'],
    [{ cwd: '/there/is/none' }, "`cwd` to be the path of a folder that exists, got '/there/is"],
    [{ cwd: import.meta.filename }, '`cwd` to be the path of a folder'],
    [{ tags: null }, '`tags` to be a list of strings'],
    [{ tags: () => 5 }, '`tags` to be a list of strings'],
    [{ execArgv: null }, '`execArgv` to be a list of strings'],
    [{ port: 0, authkey: null }, '`authkey` to be a string or a Uint8Array'],
    [{ port: 0, host: '' }, '`host` to be a host name'],
    [{ authkey: 'abc' }, '`authkey` to be left out where there is no `port`, got a string.'],
    [{ tls: {} }, '`tls` to be left out where there is no `port`, got an object.'],
    [{ breath: 2 }, 'got one with `breath` (did you mean `breadth`?)'],
  ])('name what is wrong in %o', (options, message) => {
    expect(() => new WorkerPool(options as object)).toThrow(message)
  })

  it('never show a key beside a slip', () => {
    const slip = { port: 0, authkey: 'a secret of many bytes', breath: 2 }
    expect(() => new WorkerPool(slip as object)).toThrow(/^(?!.*secret)/)
  })
})

describe('options of a session and of a server', () => {
  it.each([
    [() => connect({ port: 0 }), '`port` to be an integer from 1 to 65535, got 0'],
    [() => connect({ port: 1, lazy: 'no' as never }), '`lazy` to be true or false'],
    [() => connect({ port: 1, prot: 2 } as never), 'one with `prot` (did you mean `port`?)'],
    [() => connect({ port: 1, name: '' }), '`name` to be a non-empty string'],
    [() => serve(inline(), { insecure: 1 as never }), '`insecure` to be true or false'],
    [() => serve(inline(), { idleTimeoutMs: null as never }), '`idleTimeoutMs`'],
    [() => withSession(5 as never, () => {}), '`target` to be an object, got 5'],
    [() => listPools({ folder: 5 as never }), '`folder` to be a path, got 5'],
  ])('are refused at once, by name (%#)', (attempt, message) => {
    expect(attempt).toThrow(InvalidOptionError)
    expect(attempt).toThrow(message)
  })
})
