import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { later } from './queue-under-test.js'

/** A process of a test, which ends with it. */
export class Program {
  readonly child: ChildProcess
  #text = ''

  /** @param file of `test/programs`. */
  constructor(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const path = new URL(`./programs/${file}`, import.meta.url)
    this.child = spawn(process.execPath, [path.pathname, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    })
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.#text += chunk
    })
    later(() => this.kill())
  }

  async says(line: string): Promise<void> {
    while (!this.#text.split('\n').includes(line)) {
      if (this.child.exitCode !== null) throw new Error(`ended before it said ${line}`)
      await Promise.race([
        once(this.child.stdout as NodeJS.ReadableStream, 'data'),
        once(this.child, 'exit'),
      ])
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    this.child.kill(signal)
    await once(this.child, 'exit')
  }
}
