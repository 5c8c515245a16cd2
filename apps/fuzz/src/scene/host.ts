import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { CloseOptions } from '@conc/core'
import type { Fault } from './faults.js'
import type { HostInput, HostJob, HostOrder, HostWord } from './host-job.js'
import { signal } from './processes.js'
import type { Scene } from './scene.js'
import { settlesWithin } from './within.js'

const program = fileURLToPath(new URL('../host.entry.js', import.meta.url))

/** How long a host may take to end once it has nothing to do any more. */
const exitLimitMs = 10_000

/** A process of its own with a part of the composition. Whoever ends it, it comes back until it is closed. */
export class Host {
  readonly name: string
  readonly #input: HostInput
  readonly #note: (fault: Fault) => void
  readonly #moved: (port: number) => void
  #process: ChildProcess | undefined
  #ready: Promise<void> = Promise.resolve()
  #isOver = false

  private constructor(job: HostJob, scene: Scene, moved: (port: number) => void) {
    this.name = `the process of a ${job.role}`
    this.#input = { job, runId: `${scene.runId}-${scene.hosts.length}`, redis: scene.redis }
    this.#note = scene.note
    this.#moved = moved
  }

  /** @param moved told where it listens, each time it has started. */
  static async of(job: HostJob, scene: Scene, moved: (port: number) => void): Promise<Host> {
    const host = new Host(job, scene, moved)
    host.#start()
    await host.#ready
    return host
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** Lets it close, and start again. */
  async drain(pending: 'run' | 'reject'): Promise<void> {
    await this.#ready
    await this.#end({ close: { pending, timeoutMs: 1000 } })
    await this.#ready
  }

  /** Resolves when it is there (again). */
  async ready(): Promise<void> {
    // One that was killed a moment ago is about to be started anew.
    await setTimeout(0)
    await this.#ready
  }

  async close({ pending = 'run', timeoutMs = 5000 }: CloseOptions): Promise<void> {
    await this.ready()
    this.#isOver = true
    await this.#end({ close: { pending, timeoutMs } })
  }

  #start(): void {
    const child = fork(program, [JSON.stringify(this.#input)])
    this.#process = child
    child.once('exit', () => {
      if (!this.#isOver) this.#start()
    })
    this.#ready = new Promise((resolve, reject) => {
      child.on('message', (word: HostWord) => {
        if ('fault' in word) this.#note(word.fault)
        if (!('port' in word)) return
        this.#moved(word.port)
        resolve()
      })
      // Who waits for it waits for the one that is started in its place.
      child.once('exit', () => (this.#isOver ? resolve() : resolve(this.#ready)))
      child.once('error', reject)
    })
  }

  async #end(order: HostOrder): Promise<void> {
    const child = this.#process as ChildProcess
    if (!child.connected) return
    let resources: readonly string[] | undefined
    child.on('message', (word: HostWord) => {
      if ('resources' in word) resources = word.resources
    })
    const exit = once(child, 'exit')
    child.send(order, () => {})
    if (await settlesWithin(exit, order.close.timeoutMs + 2 * exitLimitMs)) return
    const text = `${this.name} did not end; ${resources ? `it held ${resources}` : 'it did not close'}`
    this.#note({ rule: resources ? 'ends by itself' : 'closes', text })
    signal(child.pid, 'SIGKILL')
    await exit
  }
}
