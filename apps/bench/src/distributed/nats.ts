import { freePort, hasServer, startServer } from '../harness/own-server.js'
import type { Add } from '../threads/callers.js'

/** Whether there is a NATS server to measure on. */
export function hasNats(): boolean {
  return hasServer('nats-server')
}

/** Request and reply, both ends in this process; the server between them is a process of its own, which ends with it. */
export async function natsAdd(): Promise<Add> {
  const { connect } = await import('@nats-io/transport-node')
  const { pack, unpack } = await import('msgpackr')
  const port = await freePort()
  await startServer('nats-server', ['-a', '127.0.0.1', '-p', `${port}`], 'Server is ready')
  const options = { servers: `127.0.0.1:${port}` }
  const [replies, requests] = await Promise.all([connect(options), connect(options)])
  replies.subscribe('add', {
    callback: (_, message) => {
      const [one, other] = unpack(message.data) as [number, number]
      message.respond(pack(one + other))
    },
  })
  await replies.flush()
  return async (one, other) => {
    const { data } = await requests.request('add', pack([one, other]), { timeout: 30_000 })
    return unpack(data) as number
  }
}
