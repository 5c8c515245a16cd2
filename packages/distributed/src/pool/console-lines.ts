import { StringDecoder } from 'node:string_decoder'
import { channels } from '@conc/core'

const longestLine = 16 * 1024

/** What a worker of a pool printed, as it appears on the channel `conc:log`. */
export interface ConsoleRecord {
  /** Epoch ms. */
  readonly ts: number
  /** `'warn'` for what went to stderr. */
  readonly level: 'info' | 'warn'
  readonly pool: string
  readonly worker: number
  readonly pid: number | undefined
  readonly message: string
}

/** Makes records of the lines that come as pieces of text. */
export class ConsoleLines {
  readonly #describe: () => Omit<ConsoleRecord, 'ts' | 'message'>
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  constructor(describe: () => Omit<ConsoleRecord, 'ts' | 'message'>) {
    this.#describe = describe
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split(/\r?\n/)
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#publish(line)
    if (this.#rest.length > longestLine) this.end()
  }

  /** The last line may have no end. */
  end(): void {
    const rest = this.#rest
    this.#rest = ''
    if (rest !== '') this.#publish(rest)
  }

  #publish(message: string): void {
    if (!channels.log.hasSubscribers) return
    channels.log.publish({ ts: Date.now(), ...this.#describe(), message } satisfies ConsoleRecord)
  }
}
