import { Console } from 'node:console'
import { Writable } from 'node:stream'

/** What code of the user prints while it runs in this process goes to `write`: stdout is for data. */
export function redirectConsole(write: (text: string) => void): void {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done): void {
      write(chunk.toString())
      done()
    },
  })
  globalThis.console = new Console({ stdout: sink, stderr: sink, colorMode: false })
}
