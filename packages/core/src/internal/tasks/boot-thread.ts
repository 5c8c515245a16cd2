import { threadId } from 'node:worker_threads'
import { encodeError } from '../../errors/encode-error.js'
import type { EncodedError } from '../../errors/envelope.js'
import { processState } from '../process-state.js'
import { importModules } from './modules.js'

/** What a thread or process of conc is told when it starts. */
export interface BootOptions {
  /** Whose worker it is: `thread of 'threads'`. */
  readonly role: string
  /** URLs to import before any work. */
  readonly modules: readonly string[]
}

/** How the start went, as plain data for the parent. */
export interface StartReport {
  readonly threadId: number
  /** Why no work can be done here. */
  readonly failure?: EncodedError
}

interface RoleHolder {
  role: string | undefined
}

const holder = processState<RoleHolder>('role', () => ({ role: undefined }))

/** Whose worker this thread is; `undefined` where it is nobody's. */
export function threadRole(): string | undefined {
  return holder.role
}

/** The first thing a thread of conc does. Never rejects: what goes wrong is in the report. */
export async function bootThread(options: BootOptions): Promise<StartReport> {
  holder.role = options.role
  try {
    await importModules(options.modules)
    return { threadId }
  } catch (error) {
    return { threadId, failure: encodeError(error, { where: options.role }) }
  }
}
