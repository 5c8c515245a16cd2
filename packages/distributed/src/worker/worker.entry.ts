import { Socket } from 'node:net'
import { openInput } from './input-pipe.js'
import { serveParent } from './serve-parent.js'

/** Where whoever spawns this file puts the pipes. */
const inputFd = 3
const outputFd = 4

const output = new Socket({ fd: outputFd, readable: false, writable: true })
serveParent({ input: openInput(inputFd), output }, outputFd)
