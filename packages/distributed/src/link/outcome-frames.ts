import type { Started } from '@conc/core'
import type { FailurePhase } from '@conc/core/internal'
import { decodeMeta, encodeMeta } from '../protocol/meta.js'

/** What an ERROR frame says beside the error. */
export interface FailureMeta {
  readonly phase: FailurePhase
  readonly started: Started
}

const phases: readonly unknown[] = ['reject', 'body', 'encode', 'infra']
const written = new Map<string, Uint8Array>()

/** There are a dozen of them. */
export function writeFailureMeta({ phase, started }: FailureMeta): Uint8Array {
  const key = `${phase} ${started}`
  const known = written.get(key)
  if (known) return known
  const bytes = encodeMeta({ phase, started })
  written.set(key, bytes)
  return bytes
}

/** What the meta of an ERROR frame says; the cautious reading of what makes no sense. */
export function readFailureMeta(bytes: Uint8Array): FailureMeta {
  const { phase, started } = decodeMeta(bytes) ?? {}
  return {
    phase: phases.includes(phase) ? (phase as FailurePhase) : 'infra',
    started: typeof started === 'boolean' ? started : 'unknown',
  }
}
