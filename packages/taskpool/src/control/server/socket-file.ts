import { once } from 'node:events'
import { chmod, link, lstat, mkdtemp, rm, unlink } from 'node:fs/promises'
import { connect, type Server } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { ControlAddressError } from '../errors.js'

/** Bytes that a socket's first name takes behind its folder: `/.123456/s`. */
export const firstNameBytes = 10

/** The file of a unix socket: nobody reaches it before it has its rights, and no other file gives way to it. */
export class SocketFile {
  readonly path: string
  readonly #mode: number
  readonly #replacesStale: boolean
  #identity: string | undefined

  constructor(path: string, mode: number, replacesStale: boolean) {
    this.path = path
    this.#mode = mode
    this.#replacesStale = replacesStale
  }

  /** Lets `server` listen here. @throws {ControlAddressError} */
  async bind(server: Server): Promise<void> {
    await this.#checkFree()
    const folder = await this.#privateFolder()
    try {
      const made = join(folder, 's')
      server.listen({ path: made })
      await once(server, 'listening')
      await chmod(made, this.#mode)
      await this.#moveIn(made)
    } catch (error) {
      server.close()
      if (error instanceof ControlAddressError) throw error
      throw this.#cannotListen(error)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** Removes the file, if it is still the one that was made. */
  async remove(): Promise<void> {
    const identity = this.#identity
    this.#identity = undefined
    if (identity === undefined || (await identityOf(this.path)) !== identity) return
    await unlink(this.path).catch(() => {})
  }

  /** A folder beside the path that nobody else may enter: there the socket gets its rights. */
  async #privateFolder(): Promise<string> {
    try {
      // Not by `join`, which would drop the dot, and name a folder outside.
      return await mkdtemp(`${dirname(this.path)}/.`)
    } catch (error) {
      throw this.#cannotListen(error)
    }
  }

  /** Gives the socket its name; a link, unlike a renaming, replaces nothing. */
  async #moveIn(made: string): Promise<void> {
    try {
      await link(made, this.path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') await this.#checkFree()
      throw error
    }
    this.#identity = await identityOf(this.path)
  }

  async #checkFree(): Promise<void> {
    const stats = await lstat(this.path).catch(() => undefined)
    if (stats === undefined) return
    if (!stats.isSocket()) throw this.#taken('there is a file that is no socket')
    if (await answers(this.path)) throw this.#taken('somebody answers there')
    if (!this.#replacesStale) {
      throw this.#taken('there is a dead socket, which `replaceStale` would remove')
    }
    await unlink(this.path)
  }

  #taken(reason: string): ControlAddressError {
    return new ControlAddressError(`Cannot listen on ${this.path}: ${reason}`)
  }

  #cannotListen(cause: unknown): ControlAddressError {
    const { code, message } = cause as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? `no folder for ${basename(this.path)}` : message
    return new ControlAddressError(`Cannot listen on ${this.path}: ${reason}`, { cause })
  }
}

async function identityOf(path: string): Promise<string | undefined> {
  const stats = await lstat(path, { bigint: true }).catch(() => undefined)
  return stats && `${stats.dev}:${stats.ino}`
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    // Only a refusal is proof that nobody listens: without the right to connect, somebody may.
    return (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED'
  } finally {
    socket.destroy()
  }
}
