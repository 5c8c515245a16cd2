import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AddressInUseError } from '../errors.js'
import { bindAddress } from '../security/host-names.js'

/** @returns the port. @throws {AddressInUseError} or what the system says about the address. */
export async function listenAt(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE'
      reject(isTaken ? new AddressInUseError(host, port, { cause: error }) : error)
    })
    server.listen({ host: bindAddress(host), port }, () => resolve())
  })
  server.removeAllListeners('error')
  server.on('error', () => {})
  return (server.address() as AddressInfo).port
}
