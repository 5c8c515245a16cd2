import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Folder } from './conc.js'
import { Pools, type RunningPool } from './pools.js'
import { tasksModule } from './tasks.js'

const folder = new Folder({
  'tasks.js': tasksModule,
  'flow.js': `
    import { existsSync } from 'node:fs'
    import { weave } from '@conc/weave'
    const after = (signal, act) => new Promise((resolve, reject) => {
      console.log('held')
      signal.addEventListener('abort', () => act(() => reject(signal.reason)))
    })
    export const tidy = weave().do('held', (_, { signal }) =>
      after(signal, (end) => { console.log('tidied up'); end() }))
    export const deaf = weave().do('held', (_, { signal }) => after(signal, () => console.log('not yet')))`,
})
const pools = new Pools(folder)
let pool: RunningPool

beforeAll(async () => {
  pool = await pools.up()
})
afterAll(async () => {
  await pools.end()
  folder.remove()
})

describe('SIGINT or SIGTERM', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s cancels the call of conc run, and waits for its clean-up',
    async (signal, code) => {
      const gate = `tidied-${signal}`
      const { child } = await pools.up()
      const [, port = ''] = /port=(\d+)/.exec(child.stdout) ?? []
      const run = pools.start(
        'run',
        'demo/tidy',
        JSON.stringify(join(folder.path, gate)),
        '-p',
        port,
      )
      await child.says('tidy has begun', 'stderr')
      run.process.kill(signal)
      await child.says('tidy was cancelled', 'stderr')
      expect(run.process.exitCode).toBe(null)
      folder.write(gate, '')
      expect(await run.ended).toEqual({ code, stdout: '', stderr: '' })
      expect(child.stderr).toContain('tidy has ended')
      expect((await pools.start('ping', '-p', port).ended).code).toBe(0)
    },
  )

  it('the second one ends conc run at once', async () => {
    const run = pools.begin(pool, 'run', 'demo/tidy', '"/no/such/gate"')
    await pool.child.says('tidy has begun', 'stderr')
    run.process.kill('SIGINT')
    await pool.child.says('tidy was cancelled', 'stderr')
    run.process.kill('SIGTERM')
    expect((await run.ended).code).toBe(143)
    expect(pool.child.stderr).not.toContain('tidy has ended')
  })

  it('cancels a weave, which cleans up', async () => {
    const run = pools.start('weave', 'run', './flow.js#tidy')
    await run.says('held\n', 'stderr')
    run.process.kill('SIGTERM')
    const { code, stderr, stdout } = await run.ended
    expect({ code, stdout }).toEqual({ code: 143, stdout: '' })
    expect(stderr).toContain('tidied up\n')
  })

  it('the second one ends a weave at once', async () => {
    const run = pools.start('weave', 'run', './flow.js#deaf')
    await run.says('held\n', 'stderr')
    run.process.kill('SIGINT')
    await run.says('not yet\n', 'stderr')
    run.process.kill('SIGINT')
    expect((await run.ended).code).toBe(130)
  })

  it('ends conc pool down --wait, and the pool goes on draining', async () => {
    const other = await pools.up()
    const gate = join(folder.path, 'still')
    const held = pools.begin(other, 'run', 'demo/until', JSON.stringify(gate))
    await other.child.says('until has begun', 'stderr')
    const down = pools.begin(other, 'pool', 'down', '--wait')
    for (let state = ''; state !== 'draining'; ) {
      state = JSON.parse((await pools.call(other, 'pool', 'status', '--json')).stdout).state
    }
    down.process.kill('SIGINT')
    expect(await down.ended).toMatchObject({
      code: 130,
      stderr: 'conc: the pool goes on draining; conc pool down cancels the rest.\n',
    })
    folder.write('still', '')
    expect((await held.ended).code).toBe(0)
    expect((await other.child.ended).code).toBe(0)
  })
})
