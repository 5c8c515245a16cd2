import { type MessagePort, parentPort } from 'node:worker_threads'
import { expose, transfer } from 'comlink'
import adapter from 'comlink/dist/umd/node-adapter.js'
import { add, stamp } from './work.js'

const api = {
  add,
  stamp: (bytes: Uint8Array<ArrayBuffer>) => transfer(stamp(bytes), [bytes.buffer]),
}
// The adapter is CommonJS: its default export is what Node gives as the default.
const nodeEndpoint = adapter as unknown as typeof adapter.default
expose(api, nodeEndpoint(parentPort as MessagePort))
