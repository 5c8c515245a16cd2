import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

/** The floor of a control server: it answers each line with the same one. */
export class LineEcho {
  readonly #server: Server = createServer({ noDelay: true }, (socket) => {
    createInterface({ input: socket }).on('line', (line) => socket.write(`${line}\n`))
  })

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** Sends a line, waits for one. */
export class LineClient {
  readonly #socket: Socket
  #answered: (line: string) => void = () => {}

  private constructor(socket: Socket) {
    this.#socket = socket
    createInterface({ input: socket }).on('line', (line) => this.#answered(line))
  }

  static async connect(port: number): Promise<LineClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    return new LineClient(socket)
  }

  ask(line: string): Promise<string> {
    return new Promise((resolve) => {
      this.#answered = resolve
      this.#socket.write(`${line}\n`)
    })
  }

  async close(): Promise<void> {
    this.#socket.end()
    await once(this.#socket, 'close')
  }
}
