import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A program of `fixtures` in a process of its own. */
export class Member {
  readonly #child: ChildProcess
  readonly #first: Promise<unknown>
  readonly exited: Promise<unknown>

  constructor(program: string, env: NodeJS.ProcessEnv) {
    const path = fileURLToPath(new URL(`./fixtures/${program}`, import.meta.url))
    this.#child = fork(path, { env: { ...process.env, ...env }, execArgv: [] })
    this.exited = once(this.#child, 'exit')
    this.#first = once(this.#child, 'message').then(([message]) => message)
  }

  get pid(): number {
    return this.#child.pid as number
  }

  get isGone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** The first thing it says; rejects where it ends before. */
  async said(): Promise<Record<string, unknown>> {
    const gone = this.exited.then(() => {
      throw new Error('The program ended without a word.')
    })
    return (await Promise.race([this.#first, gone])) as Record<string, unknown>
  }

  tell(message: string): void {
    if (this.#child.connected) this.#child.send(message)
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.isGone) return
    this.#child.kill('SIGKILL')
    await this.exited
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
