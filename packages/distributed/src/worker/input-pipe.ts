import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net'

/** The most that comes with one read. */
const roomBytes = 64 * 1024

/**
 * The reading end of a pipe. Its `data` events come straight from the read, past the queue of a stream, and out of one room
 * instead of 64 KiB that are allocated and cut to size for each read: a message of a call has some 60 bytes, and all that costs
 * a tenth of a round trip. It is not to be paused or piped.
 */
export function openInput(fd: number): Socket {
  // Documented for connections, whose options go through this constructor.
  const options: SocketConstructorOpts & ConnectOpts = {
    fd,
    readable: true,
    writable: false,
    onread: { buffer: Buffer.allocUnsafeSlow(roomBytes), callback: tell },
  }
  const input = new Socket(options)
  return input

  function tell(byteLength: number, room: Uint8Array): boolean {
    input.emit('data', Buffer.from(room.subarray(0, byteLength)))
    return true
  }
}
