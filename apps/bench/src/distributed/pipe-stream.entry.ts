import { Socket } from 'node:net'
import { pack } from 'msgpackr'
import { type Asked, PulledNumbers } from './numbers-by-hand.js'
import { FrameReader, framed } from './pipe-frames.js'

/** The other end of `pipeNumbers`. */
const pipe = new Socket({ fd: 3, readable: true, writable: true })
const numbers = new PulledNumbers((told) => pipe.write(framed(pack(told))))
const reader = new FrameReader((message) => numbers.asked(message as Asked))
pipe.on('data', (chunk) => reader.push(chunk))
