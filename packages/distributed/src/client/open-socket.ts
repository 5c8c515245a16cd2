import { connect as netConnect, type Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { bindAddress } from '../security/host-names.js'
import { secureContextOptions } from '../security/tls-options.js'
import type { ConnectSettings } from './connect-options.js'
import { connectionError } from './dial-errors.js'

/** A connection over which nothing has been said yet; over TLS one whose other side is trusted. */
export function openSocket(settings: ConnectSettings, signal: AbortSignal): Promise<Socket> {
  const { host, port, tls } = settings
  const address = bindAddress(host)
  return new Promise((resolve, reject) => {
    const socket = tls ? secureSocket(settings, address) : netConnect({ host: address, port })
    const fail = (error: Error): void => {
      socket.destroy()
      reject(connectionError(error, host, port))
    }
    const abort = (): void => fail(signal.reason as Error)
    socket.once('error', fail)
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      signal.removeEventListener('abort', abort)
      socket.off('error', fail)
      socket.on('error', () => {})
      socket.setNoDelay(true)
      resolve(socket)
    })
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}

function secureSocket({ host, port, tls }: ConnectSettings, address: string): Socket {
  const own = tls === true || tls === undefined ? {} : tls
  const { servername = host } = own
  return tlsConnect({
    host: address,
    port,
    ...secureContextOptions(own),
    ...(/[a-z]/i.test(servername) && !servername.includes(':') && { servername }),
    ALPNProtocols: ['http/1.1'],
  })
}
