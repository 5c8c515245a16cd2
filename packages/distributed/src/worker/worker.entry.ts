import { Socket } from 'node:net'
import { serveParent } from './serve-parent.js'

/** Where whoever spawns this file puts the pipes. */
const inputFd = 3
const outputFd = 4

const input = new Socket({ fd: inputFd, readable: true, writable: false })
const output = new Socket({ fd: outputFd, readable: false, writable: true })
serveParent({ input, output }, outputFd)
