import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { inline } from '@conc/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listPools, serve } from '../../src/index.js'

let parent: string
let folder: string

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'conc-registry-'))
  folder = join(parent, 'pools')
})
afterEach(() => rmSync(parent, { recursive: true, force: true }))

function served(name: string): ReturnType<typeof serve> {
  const register = { folder, breadth: 2, modules: ['./tasks.js'] }
  return serve(inline(), { name, authkey: 'a key that stays a secret', register })
}

describe('listPools', () => {
  it('lists servers that asked for it, until they close', async () => {
    expect(await listPools({ folder })).toEqual([])
    const b = await served('b/2')
    const a = await served('a')
    expect(await listPools({ folder })).toMatchObject([
      {
        name: 'a',
        port: a.port,
        pid: process.pid,
        breadth: 2,
        modules: ['./tasks.js'],
        tls: false,
      },
      { name: 'b/2', port: b.port, host: 'localhost' },
    ])
    await a.close()
    expect((await listPools({ folder })).map(({ name }) => name)).toEqual(['b/2'])
    await b.close()
    expect(readdirSync(folder)).toEqual([])
  })

  it('is for this user alone, and knows no key', async () => {
    await using _server = await served('a')
    const path = join(folder, 'a.json')
    expect([statSync(folder).mode & 0o777, statSync(path).mode & 0o777]).toEqual([0o700, 0o600])
    expect(JSON.stringify(await listPools({ folder }))).not.toContain('secret')
  })

  it('drops entries whose process is gone, or is another one of the same number', async () => {
    await using _server = await served('live')
    const entry = { name: 'x', host: 'localhost', port: 1, modules: [] }
    writeFileSync(join(folder, 'gone.json'), JSON.stringify({ ...entry, pid: 2 ** 22 + 1 }))
    writeFileSync(join(folder, 'torn.json'), '{"name":')
    const other = { ...entry, pid: process.pid, processStart: '1' }
    if (process.platform === 'linux')
      writeFileSync(join(folder, 'other.json'), JSON.stringify(other))
    expect((await listPools({ folder })).map(({ name }) => name)).toEqual(['live'])
    expect(readdirSync(folder)).toEqual(['live.json'])
  })

  it.runIf(process.platform === 'linux')(
    'drops an entry whose process has ended, and which nobody has asked for its end',
    async () => {
      // From `exec` on the parent is one that never asks.
      const parent = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 600'], {
        stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
      })
      const [text] = await once(parent.stdout as Readable, 'data')
      const pid = Number(text)
      const proc = (file: string): string => readFileSync(`/proc/${file}`, 'utf8')
      await expect.poll(() => proc(`${parent.pid}/comm`)).toBe('sleep\n')
      ;(parent.stdio[3] as Writable).end()
      await expect.poll(() => proc(`${pid}/stat`)).toMatch(/\) Z /)
      mkdirSync(folder, { mode: 0o700 })
      const entry = { name: 'zombie', host: 'localhost', port: 1, pid }
      writeFileSync(join(folder, 'zombie.json'), JSON.stringify(entry))
      expect(await listPools({ folder })).toEqual([])
      parent.kill('SIGKILL')
      await once(parent, 'close')
    },
  )

  it('refuses a folder that is a link', async () => {
    symlinkSync(parent, folder)
    await expect(listPools({ folder })).rejects.toMatchObject({ code: 'CONC_POOL_REGISTRY' })
  })
})

describe('serve with register', () => {
  it('refuses a name that a running pool has, and leaves nothing open', async () => {
    await using first = await served('one')
    await expect(served('one')).rejects.toMatchObject({ code: 'CONC_POOL_NAME' })
    expect(await listPools({ folder })).toMatchObject([{ port: first.port }])
  })

  it('takes over a name whose process is gone', async () => {
    await (await served('one')).close()
    const stale = { name: 'one', host: 'localhost', port: 1, pid: 2 ** 22 + 1 }
    writeFileSync(join(folder, 'one.json'), JSON.stringify(stale))
    await using server = await served('one')
    expect(await listPools({ folder })).toMatchObject([{ port: server.port }])
  })

  it('runs unlisted, with a warning, where the folder cannot be made', async () => {
    writeFileSync(folder, 'a file')
    const warned = once(process, 'warning')
    await using server = await served('one')
    expect(server.port).toBeGreaterThan(0)
    expect((await warned)[0].message).toContain("Pool 'one' runs unlisted")
  })

  it.runIf(process.platform === 'linux')('ends its try where no folder can ever be', async () => {
    const warned = once(process, 'warning')
    await using _server = await serve(inline(), { register: { folder: '/proc/conc/pools' } })
    expect((await warned)[0].message).toMatch(/runs unlisted: ENOENT/)
  })

  it.each([{ register: 'yes' }, { register: { folder: '' } }, { register: { breadth: -1 } }])(
    'refuses %o',
    (options) => {
      expect(() => serve(inline(), options as never)).toThrow(/register/)
    },
  )
})
