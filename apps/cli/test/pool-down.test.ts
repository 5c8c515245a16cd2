import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Folder } from './conc.js'
import { Pools, type RunningPool } from './pools.js'
import { tasksModule } from './tasks.js'

const folder = new Folder({ 'tasks.js': tasksModule })
const pools = new Pools(folder)

afterAll(async () => {
  await pools.end()
  folder.remove()
})

async function untilDraining(pool: RunningPool): Promise<void> {
  for (let state = 'open'; state !== 'draining'; ) {
    state = JSON.parse((await pools.call(pool, 'pool', 'status', '--json')).stdout).state
  }
}

describe('conc pool down', () => {
  it('waits for accepted work with --wait', async () => {
    const pool = await pools.up()
    const gate = join(folder.path, 'gate')
    const held = pools.begin(pool, 'run', 'demo/until', JSON.stringify(gate))
    await pool.child.says('until has begun', 'stderr')
    const down = pools.begin(pool, 'pool', 'down', '--wait')
    await untilDraining(pool)
    folder.write('gate', '')
    expect(await down.ended).toMatchObject({ code: 0, stdout: 'down finished=1 cancelled=0\n' })
    expect((await held.ended).code).toBe(0)
    expect((await pool.child.ended).code).toBe(0)
  })

  it('cancels what is left after --timeout', async () => {
    const pool = await pools.up()
    const waiting = pools.begin(pool, 'run', 'demo/wait', '60000')
    await pool.child.says('wait has begun', 'stderr')
    const down = await pools.call(pool, 'pool', 'down', '--wait', '--timeout', '50ms')
    expect(down).toMatchObject({ code: 124, stdout: 'down finished=0 cancelled=1\n' })
    expect((await waiting.ended).code).toBe(1)
  })

  it('is cut short by a second one', async () => {
    const pool = await pools.up()
    const waiting = pools.begin(pool, 'run', 'demo/wait', '60000')
    await pool.child.says('wait has begun', 'stderr')
    expect((await pools.call(pool, 'pool', 'down', '--wait', '--no-block')).code).toBe(0)
    expect(await pools.call(pool, 'pool', 'down', '--json')).toMatchObject({
      code: 0,
      stdout: '{"event":"down","finished":0,"cancelled":1}\n',
    })
    expect((await waiting.ended).code).toBe(1)
    expect((await pool.child.ended).code).toBe(0)
  })

  it.each([
    ['--grace of its own', ['--grace', '1h'], ['--grace', '50ms']],
    ['the --grace of the pool', ['--grace', '50ms'], []],
  ])('leaves bodies %s, then ends their process', async (_what, ofPool, ofDown) => {
    const pool = await pools.up(...ofPool)
    const stubborn = pools.begin(pool, 'run', 'demo/stubborn')
    await pool.child.says('stubborn has begun', 'stderr')
    expect((await pools.call(pool, 'pool', 'down', ...ofDown)).code).toBe(0)
    expect((await pool.child.ended).code).toBe(0)
    expect((await stubborn.ended).code).not.toBe(0)
  })
})
