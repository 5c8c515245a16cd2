import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { Queue } from '../../queue/queue.js'
import type { ControlClient } from '../client/control-client.js'

const hint = "Type '-h' to get help and usage instructions for all available commands."

/** A person at a terminal. */
export class InteractivePrompt {
  readonly #client: ControlClient
  readonly #output: Writable
  readonly #interface: Interface
  /** What was typed; `undefined` is the end. */
  readonly #lines = new Queue<string | undefined>()
  #waiting: AbortController | undefined
  #isLeft = false

  constructor(client: ControlClient, { input, output }: { input: Readable; output: Writable }) {
    this.#client = client
    this.#output = output
    this.#interface = createInterface({ input, output, prompt: '> ', terminal: true })
    this.#interface.on('line', (line) => this.#lines.tryPut(line))
    this.#interface.on('close', () => {
      this.#isLeft = true
      this.#lines.tryPut(undefined)
    })
    this.#interface.on('SIGINT', () => this.#interrupt())
    void client.closed.then(() => this.#lines.tryPut(undefined))
  }

  /** Resolves when the person or the server has left. */
  async run(): Promise<void> {
    this.#print(`Connected to ${this.#client.poolName}`)
    this.#print(hint)
    try {
      while (await this.#turn());
    } finally {
      this.#interface.close()
    }
    this.#print('Disconnected from control server.')
  }

  /** @returns whether there may be another. */
  async #turn(): Promise<boolean> {
    // Lines that were typed before Ctrl-D are still answered; newer Nodes refuse to prompt for more.
    if (!this.#isLeft) this.#interface.prompt()
    const line = (await this.#lines.get())?.trim()
    if (line === undefined || line === 'exit') return false
    if (line !== '') await this.#ask(line)
    return true
  }

  async #ask(line: string): Promise<void> {
    const controller = new AbortController()
    this.#waiting = controller
    try {
      this.#print(await this.#client.send(line, { signal: controller.signal }))
    } catch (error) {
      // Dropped by Ctrl-C, or by the server's end, which the next turn sees.
      if (!controller.signal.aborted) this.#print(error instanceof Error ? error.message : '')
    } finally {
      this.#waiting = undefined
    }
  }

  /** Ctrl-C drops the wait, or else the line. */
  #interrupt(): void {
    this.#print('^C')
    if (this.#waiting) {
      this.#waiting.abort()
      return
    }
    if (this.#isLeft) return
    this.#interface.write(null, { ctrl: true, name: 'e' })
    this.#interface.write(null, { ctrl: true, name: 'u' })
    this.#interface.prompt()
  }

  #print(text: string): void {
    this.#output.write(`${text}\n`)
  }
}
