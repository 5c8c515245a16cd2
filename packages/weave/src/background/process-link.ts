import { type ChildProcess, fork, type StdioOptions } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { currentFrame, sayIn } from '@conc/core/internal'
import type { Link, LinkOwner, WorkerExit } from './link.js'
import type { FromWorker, ToWorker } from './messages.js'

const entry = fileURLToPath(new URL('./process.entry.js', import.meta.url))

export interface ProcessSettings {
  readonly args: readonly string[]
  readonly stdio: StdioOptions
  /** In a session of its own. */
  readonly isDetached: boolean
  /** Called as soon as there is a process, or the attempt has failed. */
  opened(link: Link): void
}

/** A child process and the channel to it. */
export class ProcessLink implements Link {
  readonly #settings: ProcessSettings
  #child: ChildProcess | undefined
  #pid: number | undefined
  #exit: WorkerExit | undefined
  #owner: LinkOwner | undefined

  constructor(settings: ProcessSettings) {
    this.#settings = settings
  }

  get title(): string {
    return this.#pid === undefined ? 'process' : `process ${this.#pid}`
  }

  get pid(): number | undefined {
    return this.#pid
  }

  open(owner: LinkOwner): void {
    const { args, stdio, isDetached } = this.#settings
    const child = fork(entry, args, { detached: isDetached, stdio, serialization: 'advanced' })
    this.#owner = owner
    this.#child = child
    this.#pid = child.pid
    const frame = currentFrame()
    child.on('message', (message: FromWorker) => {
      if (message.type === 'said') sayIn(frame, message.record)
      else owner.received(message)
    })
    child.on('error', (cause) => this.#failed(cause))
    child.on('exit', (exitCode, signal) => this.#exited({ exitCode, signal }))
    // What it said last may come after its exit.
    child.on('disconnect', () => this.#check())
    this.#settings.opened(this)
  }

  post(message: ToWorker): void {
    // It may be gone already, which its exit tells.
    if (this.#child?.connected) this.#child.send(message, () => {})
  }

  hold(isHeld: boolean): void {
    const child = this.#child
    if (isHeld) {
      child?.ref()
      child?.channel?.ref()
    } else {
      child?.unref()
      child?.channel?.unref()
    }
  }

  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  #failed(cause: unknown): void {
    // A process that could not be started has no exit; of one that was, errors are about messages and signals.
    if (this.#pid === undefined) this.#gone({ exitCode: null, signal: null, cause })
  }

  #exited(exit: WorkerExit): void {
    this.#exit = exit
    this.#check()
  }

  #check(): void {
    if (this.#exit && !this.#child?.connected) this.#gone(this.#exit)
  }

  #gone(exit: WorkerExit): void {
    const owner = this.#owner
    this.#owner = undefined
    owner?.gone(exit)
  }
}
