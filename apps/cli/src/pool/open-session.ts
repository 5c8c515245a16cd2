import { type ConnectOptions, connect, type Session } from '@conc/distributed'
import { CommandError } from '../program/command-error.js'
import { exitCode } from '../program/exit-code.js'
import { beforeEarlyEnd } from '../program/leave.js'

/** Connects once; what goes wrong is told in the words of the command line. */
export async function openSession(options: ConnectOptions): Promise<Session> {
  try {
    const session = await connect({ retries: 0, reconnectMs: 1, ...options })
    // A session that just vanishes keeps its calls and locks on the server for a while.
    beforeEarlyEnd(() => session.close({ pending: 'reject' }))
    return session
  } catch (error) {
    throw connectionFailure(error, `${options.host}:${options.port}`)
  }
}

function connectionFailure(error: unknown, place: string): unknown {
  const { code, message = '' } = error as { code?: string; message?: string }
  if (code === 'CONC_CONNECTION_LOST') return unreachable(error as Error, place)
  // Another version of the protocol, or no server of ours at all.
  if (code === 'CONC_VERSION_MISMATCH' || code === 'CONC_EXECUTOR') {
    return new CommandError(message, { code: exitCode.refused, cause: error })
  }
  if (code !== 'CONC_AUTHENTICATION') return error
  const isKey = /(accept|know) the key/.test(message)
  return new CommandError(isKey ? `${place} refused the key.` : message, {
    remedy: isKey ? keyRemedy : message.startsWith('TLS') ? tlsRemedy : undefined,
    code: exitCode.refused,
    cause: error,
  })
}

const keyRemedy = 'Say it with --authkey-file or CONC_AUTHKEY.'
const tlsRemedy =
  'See --tls-ca (whom to trust), --servername, and --tls-cert with --tls-key where it asks for one.'

function unreachable(error: Error, place: string): CommandError {
  const { cause } = error as { cause?: NodeJS.ErrnoException }
  const isNobody = cause?.code === 'ECONNREFUSED'
  return new CommandError(isNobody ? `nothing listens on ${place}.` : error.message, {
    remedy: isNobody ? 'conc pool ls lists the pools of yours that run on this host.' : undefined,
    code: exitCode.unreachable,
    cause: error,
  })
}
