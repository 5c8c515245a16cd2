import { usageError } from '../program/command-error.js'

/** Where declared tasks run. */
export type Where =
  | { readonly kind: 'inline' }
  | { readonly kind: 'threads' | 'processes'; readonly count: number | undefined }
  | {
      readonly kind: 'session'
      readonly host: string
      readonly port: number
      readonly isTls: boolean
    }
  | { readonly kind: 'queue'; readonly url: string; readonly queue: string | undefined }

const expected =
  'inline, threads[:n], processes[:n], ws://host:port, wss://… or redis://host:port[/queue]'

/** The value of `--on`. @throws {CommandError} */
export function parseWhere(text: string, flag: string): Where {
  const where = localWhere(text) ?? remoteWhere(text)
  if (where !== undefined) return where
  throw usageError(`${flag} expects ${expected}, got '${withoutPassword(text)}'.`)
}

function localWhere(text: string): Where | undefined {
  const match = /^(inline|threads|processes)(?::([1-9]\d{0,4}))?$/.exec(text)
  if (match === null) return undefined
  const [, kind, count] = match
  if (kind === 'inline') return count === undefined ? { kind } : undefined
  return {
    kind: kind as 'threads' | 'processes',
    count: count === undefined ? undefined : Number(count),
  }
}

function remoteWhere(text: string): Where | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.hostname === '') return undefined
  const { protocol, hostname, pathname } = url
  if (protocol === 'redis:' || protocol === 'rediss:') {
    const queue = decodeURIComponent(pathname.slice(1)) || undefined
    url.pathname = ''
    return { kind: 'queue', url: url.href, queue }
  }
  if ((protocol !== 'ws:' && protocol !== 'wss:') || !['', '/'].includes(pathname)) return undefined
  const isTls = protocol === 'wss:'
  const port = Number(url.port) || (isTls ? 443 : 80)
  return { kind: 'session', host: hostname.replace(/^\[(.*)\]$/, '$1'), port, isTls }
}

function withoutPassword(text: string): string {
  return text.replace(/\/\/[^@/]*@/, '//…@')
}
