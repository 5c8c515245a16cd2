import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { connect, type Session } from '@conc/distributed'

/** A pool on an address of its own, and the session that leads there. */
export class Host implements AsyncDisposable {
  readonly session: Session
  readonly #process: ChildProcess

  private constructor(process: ChildProcess, session: Session) {
    this.#process = process
    this.session = session
  }

  static async start(host: string, authkey: string): Promise<Host> {
    const program = fileURLToPath(new URL('./pool.js', import.meta.url))
    const child = fork(program, { env: { ...process.env, HOST: host, CONC_AUTHKEY: authkey } })
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    // Lazy: while the host is away, its calls go to the other one.
    const session = await connect({ host, port, authkey, lazy: true, name: `${host}:${port}` })
    await session.ready()
    return new Host(child, session)
  }

  /** As a power cut: nobody is told. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await once(this.#process, 'exit')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.close({ pending: 'reject' })
    if (this.#process.connected) this.#process.disconnect()
  }
}
