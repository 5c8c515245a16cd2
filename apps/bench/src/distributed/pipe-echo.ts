import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { pack } from 'msgpackr'
import { FrameReader, framed } from './pipe-frames.js'

/** What one writes by hand: a child process, a pipe, a message for each call, a map of who waits for what. */
export class PipeEcho {
  readonly #pipe: Socket
  readonly #waiting = new Map<number, (value: number) => void>()
  #lastId = 0

  constructor() {
    // Processes cannot run the TypeScript that tests import.
    const built = import.meta.url.replace(/\/src\/distributed\/[^/]*$/, '/dist/distributed/')
    const entry = fileURLToPath(new URL('pipe-echo.entry.js', built))
    const child = spawn(process.execPath, [entry], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    })
    this.#pipe = child.stdio[3] as Socket
    const reader = new FrameReader((message) => this.#take(message as [number, number]))
    this.#pipe.on('data', (chunk: Buffer) => reader.push(chunk))
    this.#pipe.unref()
    child.unref()
    process.once('exit', () => child.kill())
  }

  add(one: number, other: number): Promise<number> {
    const id = ++this.#lastId
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      this.#pipe.ref()
      this.#pipe.write(framed(pack([id, [one, other]])))
    })
  }

  #take([id, value]: [number, number]): void {
    this.#waiting.get(id)?.(value)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#pipe.unref()
  }
}
