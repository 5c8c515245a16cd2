import type { Socket } from 'node:net'

/** Calls `receive` with each message that comes in, one JSON text a line. */
export function onMessage<T>(socket: Socket, receive: (message: T) => void): void {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) receive(JSON.parse(line) as T)
  })
}

/** Sends one message; to a side that has gone, nothing. */
export function sendMessage<T>(socket: Socket, message: T): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
}
