import { chmodSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conc, type Ended, Folder } from './conc.js'
import { Pools, type RunningPool } from './pools.js'
import { tasksModule } from './tasks.js'

const key = 'a key of enough bytes'
const folder = new Folder({ 'tasks.js': tasksModule, key: `${key}\nnot the key\n` })
const cwd = folder.path
const pools = new Pools(folder)
let pool: RunningPool

beforeAll(async () => {
  chmodSync(`${cwd}/key`, 0o600)
  pool = await pools.up('--name', 'keyed', '--authkey-file', 'key')
})
afterAll(async () => {
  await pools.end()
  folder.remove()
})

async function ping(env: Record<string, string>, ...args: string[]): Promise<Ended> {
  return await conc(['ping', ...args], { cwd, env })
}

describe('connecting', () => {
  it('takes place and key from options, from the environment, or from the list of pools', async () => {
    const { port: CONC_PORT } = pool
    const done = await Promise.all([
      ping({}, '-H', 'localhost', '-p', CONC_PORT, '-a', key),
      ping({ CONC_PORT, CONC_AUTHKEY: key }),
      ping({ CONC_HOST: '127.0.0.1', CONC_PORT, CONC_AUTHKEY_FILE: 'key' }),
      ping({ CONC_AUTHKEY: key }, '--name', 'keyed'),
      ping({ CONC_PORT: '1', CONC_AUTHKEY: 'wrong' }, '-p', CONC_PORT, '--authkey-file', 'key'),
    ])
    expect(done.map(({ stderr }) => stderr)).toEqual(['', '', '', '', ''])
    expect(done.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0])
  })

  it('warns of a key file that others can read', async () => {
    folder.write('open-key', key)
    chmodSync(`${cwd}/open-key`, 0o644)
    const { code, stderr } = await ping({}, '-n', 'keyed', '--authkey-file', './open-key')
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'conc: warning: ./open-key can be read by others: chmod 600 ./open-key\n',
    })
  })

  it('refuses what contradicts itself', async () => {
    const [places, variable, zero] = await Promise.all([
      ping({}, '-n', 'keyed', '-p', '1'),
      ping({ CONC_PORT: 'many' }),
      ping({}, '--connect-timeout', '0'),
    ])
    expect(places.stderr).toBe('conc: --port and --name exclude each other.\n')
    expect(variable.stderr).toBe(
      "conc: CONC_PORT expects an integer from 0 to 65535, got 'many'.\n",
    )
    expect(zero.stderr).toMatch(/^conc: --connect-timeout expects a time such as 500ms/)
    expect([places, variable, zero].map(({ code }) => code)).toEqual([2, 2, 2])
  })
})
