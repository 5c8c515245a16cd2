import { execFile } from 'node:child_process'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ControlAddressError, UnixControlServer } from '../../src/control/index.js'
import { TaskPool } from '../../src/index.js'
import { greeted, temporaryFolder } from './wires.js'

const run = promisify(execFile)

async function serve(path: string, options = {}): Promise<UnixControlServer> {
  const server = new UnixControlServer(new TaskPool(), { path, ...options })
  onTestFinished(() => server.close())
  return await server.start()
}

/** A socket file that is there, and nobody behind it: its process was killed. */
async function deadSocket(path: string): Promise<void> {
  const code = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  await run(process.execPath, ['-e', code, path]).catch(() => {})
}

describe('UnixControlServer', () => {
  it('serves on its path, with its rights, and removes the file', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'pool.sock')
    const server = await serve(path)
    expect(server.address).toEqual({ path })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['pool.sock'])
    const wire = await greeted(server.address)
    expect(await wire.ask('num-running')).toBe('0')
    await server.close()
    expect(await readdir(folder)).toEqual([])
  })

  it('writes nowhere but in the folder of its path', async () => {
    const outer = await temporaryFolder()
    const folder = join(outer, 'X')
    await mkdir(folder)
    const { mtimeNs } = await stat(outer, { bigint: true })
    const server = await serve(join(folder, 'pool.sock'))
    await server.close()
    expect((await stat(outer, { bigint: true })).mtimeNs).toBe(mtimeNs)
  })

  it('serves on the longest path that it takes', async () => {
    const outer = await temporaryFolder()
    const folder = join(outer, 'x'.repeat(97 - outer.length - 1))
    await mkdir(folder)
    for (const name of ['s', 'pool.sock']) {
      const { address } = await serve(join(folder, name))
      const wire = await greeted(address)
      expect(await wire.ask('num-running')).toBe('0')
    }
    const path = join(`${folder}x`, 's')
    expect(() => new UnixControlServer(new TaskPool(), { path })).toThrow('a folder of at most 97')
  })

  it('gives other rights where they are asked for', async () => {
    const path = join(await temporaryFolder(), 'pool.sock')
    await serve(path, { mode: 0o660 })
    expect((await stat(path)).mode & 0o777).toBe(0o660)
  })

  it('says whether somebody answers on a path that is taken', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'pool.sock')
    await serve(path)
    for (const replaceStale of [false, true]) {
      const second = serve(path, { replaceStale })
      await expect(second).rejects.toBeInstanceOf(ControlAddressError)
      await expect(second).rejects.toThrow('somebody answers there')
    }
    expect(await readdir(folder)).toEqual(['pool.sock'])
    const wire = await greeted({ path })
    expect(await wire.ask('num-running')).toBe('0')
  })

  it('replaces a dead socket if told to, and no other file', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'pool.sock')
    await deadSocket(path)
    await expect(serve(path)).rejects.toThrow('there is a dead socket')
    await serve(path, { replaceStale: true })
    const wire = await greeted({ path })
    expect(await wire.ask('num-running')).toBe('0')
    const file = join(folder, 'file')
    await writeFile(file, 'precious')
    await expect(serve(file, { replaceStale: true })).rejects.toThrow('a file that is no socket')
    expect((await stat(file)).size).toBe(8)
  })

  it('leaves a file alone that is no longer its own', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'pool.sock')
    const server = await serve(path)
    await run('rm', [path])
    await writeFile(path, 'of somebody else')
    await server.close()
    expect(await readdir(folder)).toEqual(['pool.sock'])
  })

  it('says that there is no folder for it', async () => {
    const path = join(await temporaryFolder(), 'none', 'pool.sock')
    await expect(serve(path)).rejects.toThrow('no folder for pool.sock')
  })

  it('can be started again after a failure', async () => {
    const path = join(await temporaryFolder(), 'pool.sock')
    const first = await serve(path)
    const second = new UnixControlServer(new TaskPool(), { path })
    onTestFinished(() => second.close())
    await expect(second.start()).rejects.toThrow('somebody answers')
    await first.close()
    await second.start()
    const wire = await greeted({ path })
    expect(await wire.ask('num-running')).toBe('0')
  })

  it('refuses wrong options', () => {
    const pool = new TaskPool()
    const wrong = [{ path: '' }, { path: 'x', mode: 0o1777 }, { path: `/${'x'.repeat(200)}` }]
    for (const options of wrong) {
      expect(() => new UnixControlServer(pool, options)).toThrow(/`(path|mode)`/)
    }
  })
})
