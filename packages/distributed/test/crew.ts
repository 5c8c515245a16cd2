import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A program of `fixtures` in a process of its own. */
export class Member {
  readonly #child: ChildProcess
  /** By key: what it said last. */
  readonly #last = new Map<string, unknown>()
  /** Resolves with the first thing it says; rejects where it ends without a word. */
  readonly ready: Promise<unknown>
  readonly exited: Promise<unknown>
  isReady = false

  constructor(program: string, env: NodeJS.ProcessEnv) {
    const path = fileURLToPath(new URL(`./fixtures/${program}`, import.meta.url))
    this.#child = fork(path, { env: { ...process.env, ...env }, execArgv: ['--expose-gc'] })
    this.#child.on('message', (message) => this.#hear(message))
    this.exited = once(this.#child, 'exit')
    this.ready = Promise.race([once(this.#child, 'message'), this.#endsSilently()])
    this.ready.catch(() => {})
  }

  get pid(): number {
    return this.#child.pid as number
  }

  get isGone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** The next thing it says under this key; rejects where it ends before. */
  async said(key: string): Promise<unknown> {
    for (;;) {
      const next = Promise.race([once(this.#child, 'message'), this.#endsSilently()])
      const [message] = (await next) as [Record<string, unknown>]
      if (typeof message === 'object' && key in message) return message[key]
    }
  }

  /** What it said last under this key. */
  last(key: string): unknown {
    return this.#last.get(key) ?? []
  }

  tell(message: string): void {
    if (this.#child.connected) this.#child.send(message)
  }

  /** Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.isGone) return
    this.#child.kill('SIGKILL')
    await this.exited
  }

  #hear(message: unknown): void {
    this.isReady = true
    if (typeof message !== 'object' || message === null) return
    for (const [key, value] of Object.entries(message)) this.#last.set(key, value)
  }

  async #endsSilently(): Promise<never> {
    await this.exited
    throw new Error(
      `The program ended too early: ${this.#child.exitCode ?? this.#child.signalCode}.`,
    )
  }
}

/** The processes of one test, which end with it. */
export class Crew implements AsyncDisposable {
  readonly #members: Member[] = []

  start(program: string, env: NodeJS.ProcessEnv = {}): Member {
    const member = new Member(program, env)
    this.#members.push(member)
    return member
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#members.map((member) => member.kill()))
  }
}
