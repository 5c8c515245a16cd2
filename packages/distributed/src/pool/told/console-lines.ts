import { StringDecoder } from 'node:string_decoder'

const longestLine = 16 * 1024

/** Makes lines of what comes as pieces of text. */
export class ConsoleLines {
  readonly #take: (line: string) => void
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  constructor(take: (line: string) => void) {
    this.#take = take
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split(/\r?\n/)
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#take(line)
    if (this.#rest.length > longestLine) this.end()
  }

  /** The last line may have no end. */
  end(): void {
    const rest = this.#rest
    this.#rest = ''
    if (rest !== '') this.#take(rest)
  }
}
