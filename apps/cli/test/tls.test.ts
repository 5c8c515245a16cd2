import { execFileSync, spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conc, type Ended, Folder } from './conc.js'
import { Pools, type RunningPool } from './pools.js'
import { tasksModule } from './tasks.js'

const folder = new Folder({ 'tasks.js': tasksModule })
const cwd = folder.path
const pools = new Pools(folder)
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

function openssl(line: string): void {
  execFileSync('openssl', line.split(' '), { cwd, stdio: 'pipe' })
}

/** A certificate of our own authority, in `<name>.pem` and `<name>.key`. */
function sign(name: string, names: string): void {
  openssl(
    `req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=one -keyout ${name}.key -out ${name}.csr`,
  )
  folder.write(`${name}.ext`, `subjectAltName=${names}\n`)
  openssl(
    `x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -extfile ${name}.ext -out ${name}.pem`,
  )
}

const server = ['--tls-cert', 'server.pem', '--tls-key', 'server.key']
const trusting = ['--tls-ca', 'ca.pem']

async function ping(pool: RunningPool, ...args: string[]): Promise<Ended> {
  return await pools.call(pool, 'ping', ...args)
}

describe.runIf(hasOpenssl)('TLS', () => {
  let plain: RunningPool
  let mutual: RunningPool

  beforeAll(async () => {
    openssl(
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem',
    )
    sign('server', 'DNS:localhost')
    sign('client', 'DNS:somebody')
    const both = await Promise.all([
      pools.up('--name', 'secure', ...server),
      pools.up(...server, ...trusting, '--mtls'),
    ])
    plain = both[0]
    mutual = both[1]
  })
  afterAll(async () => {
    await pools.end()
    folder.remove()
  })

  it('is spoken with whoever trusts the authority', async () => {
    expect(await ping(plain, ...trusting)).toMatchObject({ code: 0, stderr: '' })
    const { code, stderr } = await ping(plain, '--tls')
    expect(code).toBe(4)
    expect(stderr).toMatch(/^conc: TLS with localhost:\d+ failed: .*certificate\nSee --tls-ca/)
  })

  it('is known of a pool in the list', async () => {
    const { code, stderr } = await conc(['ping', '--name', 'secure'], { cwd })
    expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining('TLS') })
    expect((await conc(['ping', '--name', 'secure', ...trusting], { cwd })).code).toBe(0)
  })

  it('refuses another name than that of the certificate', async () => {
    const { code, stderr } = await ping(plain, ...trusting, '--servername', 'elsewhere.test')
    expect({ code, stderr }).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('elsewhere.test. is not in the cert'),
    })
    expect((await ping(plain, ...trusting, '--servername', 'localhost')).code).toBe(0)
  })

  it('wants a certificate of clients with --mtls', async () => {
    const { code, stderr } = await ping(mutual, ...trusting)
    expect({ code, stderr }).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/certificate required\nSee --tls-ca/),
    })
    const own = ['--tls-cert', 'client.pem', '--tls-key', 'client.key']
    expect((await ping(mutual, ...trusting, ...own)).code).toBe(0)
  })

  it('reads its files again on SIGHUP', async () => {
    const pool = await pools.up(...server)
    sign('server', 'DNS:other.test')
    pool.child.process.kill('SIGHUP')
    await pool.child.says('keys and certificates were read again', 'stderr')
    expect((await ping(pool, ...trusting)).code).toBe(4)
    expect((await ping(pool, ...trusting, '--servername', 'other.test')).code).toBe(0)
  })

  it.each([
    [['--mtls'], '--mtls needs --tls-ca.'],
    [['--tls-cert', 'server.pem'], '--tls-cert and --tls-key belong together.'],
    [trusting, '--tls-ca needs --tls-cert and --tls-key.'],
    [['--tls-cert', 'nix', '--tls-key', 'nix'], '--tls-cert cannot read nix: no such file.'],
    [
      ['--tls-cert', 'server.key', '--tls-key', 'server.pem'],
      '--tls-cert server.key with --tls-key server.pem: no start line.',
    ],
  ])('%j is a usage error', async (args, what) => {
    const { code, stderr, stdout } = await conc(['pool', 'up', ...args], { cwd })
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `conc: ${what}\n` })
  })
})
