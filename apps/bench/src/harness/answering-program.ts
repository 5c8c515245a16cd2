import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'

/** A program of another language that answers each line with a line. It ends with this process, as its stdin does. */
export class AnsweringProgram {
  readonly #child: ChildProcess
  readonly #answers: Interface
  readonly #exited: Promise<never>

  constructor(command: string, args: readonly string[] = []) {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child = child
    this.#answers = createInterface({ input: child.stdout })
    this.#exited = once(child, 'exit').then(([code]) => {
      throw new Error(`${command} ended with ${code}`)
    })
    // Whoever asks next hears of it.
    this.#exited.catch(() => {})
    child.unref()
  }

  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  /** @throws {Error} the program has ended. */
  async ask(line: string): Promise<string> {
    const answer = once(this.#answers, 'line')
    this.say(line)
    const [text] = (await Promise.race([answer, this.#exited])) as [string]
    return text
  }
}
