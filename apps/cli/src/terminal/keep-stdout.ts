import { Console } from 'node:console'
import { Writable } from 'node:stream'

/**
 * Keeps stdout for data: what code of the user prints in this process, on its threads too, goes to `write`. Call it after
 * the terminal was made, which goes on writing.
 */
export function keepStdout(write: (text: string) => void): void {
  const sink = new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done): void {
      write(chunk.toString())
      done()
    },
  })
  globalThis.console = new Console({ stdout: sink, stderr: sink, colorMode: false })
  process.stdout.write = sink.write.bind(sink) as typeof process.stdout.write
}
