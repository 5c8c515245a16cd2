import { readFileSync } from 'node:fs'
import type { OpenServer } from '../server/open-server.js'
import { registerPool } from './register-pool.js'
import type { Registration } from './registration.js'

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
