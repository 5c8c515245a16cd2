import { type MessagePort, parentPort } from 'node:worker_threads'
import { add, spin, stamp } from './work.js'

/** The thread's side of a bare port RPC: what one would write for these functions and nothing else. */
const functions: Readonly<Record<string, (...args: never[]) => unknown>> = { add, spin, stamp }

const port = parentPort as MessagePort
port.on('message', async ({ id, name, args }) => {
  try {
    const value = await (functions[name] as (...args: unknown[]) => unknown)(...args)
    const moved = value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []
    port.postMessage({ id, value }, moved)
  } catch (error) {
    port.postMessage({ id, error })
  }
})
