import { createSecureContext } from 'node:tls'
import { InvalidOptionError } from '@conc/core'
import { checkBoolean, checkKeys, checkObject, describedAs } from '@conc/core/internal'

type Pem = string | Uint8Array

/** A server's certificate and key, as PEM. */
export interface ServerTls {
  readonly cert: Pem
  readonly key: Pem
  /** The authorities whose client certificates are accepted. */
  readonly ca?: Pem | readonly Pem[]
  /** Only clients with a certificate of `ca` come in (mTLS). Default false. */
  readonly requireClientCert?: boolean
  /** Ties each proof to its TLS connection. `false` where a proxy ends the TLS. Default true. */
  readonly channelBinding?: boolean
}

/** What a client wants of TLS. No option skips the verification of the server. */
export interface ClientTls {
  /** The authorities that are trusted, as PEM. Default: those of Node. */
  readonly ca?: Pem | readonly Pem[]
  /** The client's own certificate and key, where the server asks for one. */
  readonly cert?: Pem
  readonly key?: Pem
  /** The name that the certificate has to carry. Default: the host. */
  readonly servername?: string
  /** As the server's. Default true. */
  readonly channelBinding?: boolean
}

/** @throws {InvalidOptionError} */
export function checkServerTls(tls: ServerTls): void {
  checkObject('tls', tls)
  checkKeys('tls', tls, ['cert', 'key', 'ca', 'requireClientCert', 'channelBinding'])
  checkPem('tls.cert', tls.cert)
  checkPem('tls.key', tls.key)
  checkBoolean('tls.requireClientCert', tls.requireClientCert)
  checkBoolean('tls.channelBinding', tls.channelBinding)
  if (tls.requireClientCert && tls.ca === undefined) {
    throw new InvalidOptionError('tls.ca', 'given together with requireClientCert', tls.ca)
  }
  checkReadable(tls)
}

/** @throws {InvalidOptionError} */
export function checkClientTls(tls: true | ClientTls): void {
  if (tls === true) return
  if (typeof tls !== 'object' || tls === null)
    throw new InvalidOptionError('tls', 'true or an object', tls)
  checkKeys('tls', tls, ['ca', 'cert', 'key', 'servername', 'channelBinding'])
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    const missing = tls.cert === undefined ? 'tls.cert' : 'tls.key'
    throw new InvalidOptionError(missing, 'given, as its other half is', undefined)
  }
  checkBoolean('tls.channelBinding', tls.channelBinding)
  checkReadable(tls)
}

function checkPem(option: string, value: unknown): void {
  if (typeof value === 'string' || value instanceof Uint8Array) return
  throw new InvalidOptionError(option, 'PEM text', value)
}

/** OpenSSL would only say so at the first connection. */
function checkReadable({ cert, key, ca }: Partial<ServerTls & ClientTls>): void {
  try {
    createSecureContext(secureContextOptions({ cert, key, ca }))
  } catch (error) {
    const { message } = error as Error
    throw new InvalidOptionError(
      'tls',
      `PEM that OpenSSL can read (${message})`,
      describedAs('other text'),
    )
  }
}

/** The part that Node's TLS takes as it is. */
export function secureContextOptions({
  cert,
  key,
  ca,
}: {
  readonly cert?: Pem | undefined
  readonly key?: Pem | undefined
  readonly ca?: Pem | readonly Pem[] | undefined
}): { cert?: Buffer; key?: Buffer; ca?: Buffer[]; minVersion: 'TLSv1.2' } {
  return {
    ...(cert !== undefined && { cert: Buffer.from(cert) }),
    ...(key !== undefined && { key: Buffer.from(key) }),
    ...(ca !== undefined && { ca: [ca].flat().map((one) => Buffer.from(one as Pem)) }),
    minVersion: 'TLSv1.2',
  }
}
