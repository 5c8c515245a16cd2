import { readFileSync } from 'node:fs'
import { InvalidOptionError } from '@conc/core'
import { checkCount, checkKeys, checkObject } from '@conc/core/internal'
import type { OpenServer } from '../server/open-server.js'
import { registerPool } from './register-pool.js'

/** What the registry of running pools shows of a server beside what it knows itself. */
export interface Registration {
  /** Where pools are listed. Default `$XDG_RUNTIME_DIR/conc/pools`, else in the temporary folder. */
  readonly folder?: string
  /** Worker processes. Default 0. */
  readonly breadth?: number
  /** Where its tasks come from. Default none. */
  readonly modules?: readonly string[]
}

/** @throws {InvalidOptionError} */
export function registrationOf(register: boolean | Registration = false): Registration | undefined {
  if (typeof register === 'boolean') return register ? {} : undefined
  checkObject('register', register)
  checkKeys('register', register, ['folder', 'breadth', 'modules'])
  const { folder, breadth, modules = [] } = register
  if (folder !== undefined && (typeof folder !== 'string' || folder === '')) {
    throw new InvalidOptionError('register.folder', 'a path', folder)
  }
  if (breadth !== undefined) checkCount('register.breadth', breadth)
  if (!Array.isArray(modules) || modules.some((one) => typeof one !== 'string')) {
    throw new InvalidOptionError('register.modules', 'a list of strings', modules)
  }
  return register
}

/** Lists a server until it has closed. Where that cannot be done the server runs unlisted, with a warning. */
export async function registerServer(
  server: OpenServer,
  { folder, breadth = 0, modules = [] }: Registration,
): Promise<void> {
  const { name, host, port, settings, tasks } = server
  const versions = Object.fromEntries([...tasks].map(([task, own]) => [task, own ?? null]))
  const tls = settings.tls !== undefined
  const startedAt = Date.now()
  const pool = { name, host, port, tls, breadth, modules, versions, version, startedAt }
  try {
    const remove = await registerPool(pool, { folder })
    void server.closed.then(remove)
  } catch (error) {
    if ((error as { code?: unknown }).code === 'CONC_POOL_NAME') {
      await server.close({ pending: 'reject' })
      throw error
    }
    const why = error instanceof Error ? error.message : String(error)
    process.emitWarning(`Pool '${name}' runs unlisted: ${why}`)
  }
}

const manifest = new URL('../../package.json', import.meta.url)
const version: string = JSON.parse(readFileSync(manifest, 'utf8')).version
