import { Socket } from 'node:net'
import { serveParent } from './serve-parent.js'

/** Where the pool's end of the link is, for whoever spawns this file. */
const linkFd = 3

serveParent(new Socket({ fd: linkFd, readable: true, writable: true }), linkFd)
