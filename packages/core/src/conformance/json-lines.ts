import type { Socket } from 'node:net'

/**
 * Calls `receive` with each message that comes in, one JSON text a line. Who says something else is cut off: ports are
 * given out again, and clients of whoever had this one before may still look for it.
 */
export function onMessage<T>(socket: Socket, receive: (message: T) => void): void {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const message = parsed<T>(line)
      // What else the stranger has said stays unread.
      if (message === undefined) return void socket.destroy()
      receive(message)
    }
  })
}

function parsed<T>(line: string): T | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as T) : undefined
  } catch {
    return undefined
  }
}

/** Sends one message; to a side that has gone, nothing. */
export function sendMessage<T>(socket: Socket, message: T): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
}
