import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive } from '@conc/core/internal'

/** A pool that runs on this host, as its process has listed it. */
export interface LocalPool {
  readonly name: string
  readonly pid: number
  readonly host: string
  readonly port: number
  /** Whether it wants TLS. */
  readonly tls: boolean
  /** Worker processes; 0 where it has none. */
  readonly breadth: number
  readonly modules: readonly string[]
  /** Its tasks, with their versions. */
  readonly versions: Readonly<Record<string, string | null>>
  /** Of this package. */
  readonly version: string
  /** Epoch ms. */
  readonly startedAt: number
}

/** What a file of the registry holds. */
export interface PoolRecord extends LocalPool {
  /** When the process began; with the pid it tells a pool from a later process of the same number. */
  readonly processStart: string | undefined
}

export function recordPath(folder: string, name: string): string {
  return join(folder, `${encodeURIComponent(name)}.json`)
}

/** What a file says; `undefined` where it is no record, or its process is gone. */
export async function readLive(path: string): Promise<PoolRecord | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(path, 'utf8'))
    return isRecord(record) && isAlive(record.pid, record.processStart) ? record : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is PoolRecord {
  const { name, pid, host, port } = (value ?? {}) as Partial<PoolRecord>
  return (
    typeof name === 'string' &&
    Number.isInteger(pid) &&
    typeof host === 'string' &&
    Number.isInteger(port)
  )
}
