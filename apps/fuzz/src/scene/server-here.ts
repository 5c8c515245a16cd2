import { setTimeout } from 'node:timers/promises'
import type { CloseOptions, Executor } from '@conc/core'
import { type PoolServer, serve } from '@conc/distributed'

export const authkey = 'known to both sides of a round'

/** How a server here keeps its sessions. */
export interface ServerSettings {
  readonly resumeMs: number
}

/** A server in this process; it can be closed for a while, and is then behind the same proxy again. */
export class ServerHere {
  readonly name: string
  readonly #executor: Executor
  readonly #settings: ServerSettings
  readonly #moved: (port: number) => void
  #server: PoolServer
  #isOver = false
  #absence: Promise<void> = Promise.resolve()

  private constructor(
    executor: Executor,
    settings: ServerSettings,
    moved: (port: number) => void,
    server: PoolServer,
  ) {
    this.name = `the server of ${executor.name}`
    this.#executor = executor
    this.#settings = settings
    this.#moved = moved
    this.#server = server
    moved(server.port)
  }

  /** @param moved told where it listens, each time it does. */
  static async of(
    executor: Executor,
    settings: ServerSettings,
    moved: (port: number) => void,
  ): Promise<ServerHere> {
    return new ServerHere(executor, settings, moved, await open(executor, settings))
  }

  /** Closes it, and listens again so long after that. */
  leave(options: CloseOptions, forMs: number): Promise<void> {
    this.#absence = this.#absence.then(async () => {
      if (this.#isOver) return
      await this.#server.close({ ...options, graceMs: 100 })
      await setTimeout(forMs)
      this.#server = await open(this.#executor, this.#settings)
      this.#moved(this.#server.port)
    })
    return this.#absence
  }

  async close(options: CloseOptions): Promise<void> {
    this.#isOver = true
    await this.#absence
    await this.#server.close(options)
  }
}

function open(executor: Executor, { resumeMs }: ServerSettings): Promise<PoolServer> {
  return serve(executor, { authkey, resumeMs, graceMs: 1000 })
}
