import { IdempotencyConflictError, inline, task } from '@conc/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../src/client/connect.js'
import type { Session } from '../../src/client/session.js'
import type { PoolServer } from '../../src/server/pool-server.js'
import { serve } from '../../src/server/serve.js'
import { count, counts, held, hold, whenHeld } from '../tasks.js'

const authkey = 'a key of enough bytes'

let server: PoolServer
let one: Session
let other: Session

beforeEach(async () => {
  server = await serve(inline(), { authkey })
  one = await connect({ port: server.port, authkey })
  other = await connect({ port: server.port, authkey })
})

afterEach(async () => {
  await Promise.all([one.close(), other.close()])
  await server.close()
})

describe('an idempotency key', () => {
  it('gives a duplicate the outcome', async () => {
    const options = { idempotencyKey: 'kept' }
    expect(await one.submit(count, ['kept'], options)).toBe(1)
    expect(await other.submit(count, ['kept'], options)).toBe(1)
    expect(counts.get('kept')).toBe(1)
    expect(await other.submit(count, ['kept'], { idempotencyKey: 'another' })).toBe(2)
  })

  it('lets a duplicate join the one that runs', async () => {
    const options = { idempotencyKey: 'joined' }
    const first = one.submit(hold, ['joined'], options)
    await whenHeld('joined')
    const second = other.submit(hold, ['joined'], options)
    await expect.poll(() => other.load.waiting).toBe(1)
    held.get('joined')?.release('once')
    expect(await Promise.all([first, second])).toEqual(['once', 'once'])
  })

  it('runs for the others where the first one wants it no more', async () => {
    const options = { idempotencyKey: 'taken over' }
    const controller = new AbortController()
    const first = one.submit(hold, ['taken over'], { ...options, signal: controller.signal })
    await whenHeld('taken over')
    const second = other.submit(hold, ['taken over'], options)
    await other.ping()
    controller.abort(new Error('not me'))
    await expect(first).rejects.toThrow('not me')
    await expect.poll(() => held.get('taken over')?.signal.aborted).toBe(false)
    held.get('taken over')?.release('for the other')
    expect(await second).toBe('for the other')
  })

  it('with other arguments is a conflict', async () => {
    await one.submit(count, ['a'], { idempotencyKey: 'same' })
    const error = await one.submit(count, ['b'], { idempotencyKey: 'same' }).catch((e) => e)
    expect(error).toBeInstanceOf(IdempotencyConflictError)
    expect(error.started).toBe(false)
  })

  it('is run again by a retry of its own', async () => {
    let times = 0
    const flaky = task('test/flaky', () => {
      if (++times < 3) throw new RangeError(`attempt ${times}`)
      return times
    })
    expect(await one.submit(flaky, [], { idempotencyKey: 'flaky', retry: 5 })).toBe(3)
    expect(await other.submit(flaky, [], { idempotencyKey: 'flaky' })).toBe(3)
  })
})
