import type { FailurePhase } from '@conc/core/internal'
import { decodeMeta, encodeMeta } from './meta.js'

/** What an ERROR frame says beside the error. */
export interface FailureMeta {
  readonly phase: FailurePhase
  readonly started: boolean | 'unknown'
}

const phases: readonly unknown[] = ['reject', 'body', 'encode', 'infra']
const startedValues: readonly unknown[] = [true, false, 'unknown']

export function encodeFailureMeta({ phase, started }: FailureMeta): Uint8Array {
  return encodeMeta({ phase, started })
}

export function decodeFailureMeta(bytes: Uint8Array): FailureMeta | undefined {
  const meta = decodeMeta(bytes)
  if (meta === undefined) return undefined
  const { phase, started } = meta
  if (!phases.includes(phase) || !startedValues.includes(started)) return undefined
  return meta as unknown as FailureMeta
}
