import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { ServerTls } from '@conc/distributed'
import { readText } from '../options/secret-file.js'
import { usageError } from '../program/command-error.js'
import type { UpValues } from './up-options.js'

/** The certificate and key as they are on disk just now. @throws {CommandError} */
export function serverTls({ tlsCert, tlsKey, tlsCa, mtls }: UpValues): ServerTls | undefined {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw usageError('--tls-cert and --tls-key belong together.')
  }
  if (mtls && tlsCa === undefined) throw usageError('--mtls needs --tls-ca.')
  if (tlsCert === undefined || tlsKey === undefined) {
    if (tlsCa !== undefined) throw usageError('--tls-ca needs --tls-cert and --tls-key.')
    return undefined
  }
  const files = {
    cert: readText(tlsCert, '--tls-cert'),
    key: readText(tlsKey, '--tls-key'),
    ...(tlsCa !== undefined && { ca: readText(tlsCa, '--tls-ca') }),
  }
  checkPem(files, tlsCert, tlsKey)
  return { ...files, ...(mtls && { requireClientCert: true }) }
}

/** Before workers are started for nothing. */
function checkPem(files: SecureContextOptions, tlsCert: string, tlsKey: string): void {
  try {
    createSecureContext(files)
  } catch (error) {
    const { reason, message } = error as { reason?: string; message: string }
    throw usageError(`--tls-cert ${tlsCert} with --tls-key ${tlsKey}: ${reason ?? message}.`)
  }
}
