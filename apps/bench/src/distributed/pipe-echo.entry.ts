import { Socket } from 'node:net'
import { pack } from 'msgpackr'
import { FrameReader, framed } from './pipe-frames.js'

/** The other end of `PipeEcho`: adds, and answers. */
const pipe = new Socket({ fd: 3, readable: true, writable: true })
const reader = new FrameReader((message) => {
  const [id, args] = message as [number, [number, number]]
  pipe.write(framed(pack([id, args[0] + args[1]])))
})
pipe.on('data', (chunk) => reader.push(chunk))
