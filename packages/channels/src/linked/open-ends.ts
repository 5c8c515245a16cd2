import { isMainThread } from 'node:worker_threads'
import { processState } from '@conc/core/internal/base'

/** An end that is open in this thread. */
export interface OpenEnd {
  readonly isPortable: boolean
  close(): void
  goneHere(exitCode: number): void
}

/** The ends that this thread has to tell of its death. The main thread's death is everybody's. */
export const openEnds: Set<OpenEnd> | undefined = isMainThread
  ? undefined
  : processState('channels.openEnds', () => new Set<OpenEnd>())
