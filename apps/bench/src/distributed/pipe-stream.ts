import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { pack } from 'msgpackr'
import { type Told, ToldNumbers } from './numbers-by-hand.js'
import { FrameReader, framed } from './pipe-frames.js'

/** A stream of numbers from a child process over a pipe, by hand. */
export function pipeNumbers(window: number): ToldNumbers {
  // Processes cannot run the TypeScript that tests import.
  const built = import.meta.url.replace(/\/src\/distributed\/[^/]*$/, '/dist/distributed/')
  const entry = fileURLToPath(new URL('pipe-stream.entry.js', built))
  const child = spawn(process.execPath, [entry], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const pipe = child.stdio[3] as Socket
  const numbers = new ToldNumbers((asked) => pipe.write(framed(pack(asked))), window)
  const reader = new FrameReader((message) => numbers.told(message as Told))
  pipe.on('data', (chunk: Buffer) => reader.push(chunk))
  process.once('exit', () => child.kill())
  return numbers
}
