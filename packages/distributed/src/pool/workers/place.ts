import type { WorkerLostError } from '@conc/core'
import type { PoolSettings } from '../options/pool-settings.js'
import type { PoolWorker } from './pool-worker.js'
import { Respawn } from './respawn.js'

/** One of the pool's workers, whichever process that is at the time. */
export class Place {
  readonly index: number
  readonly respawn: Respawn
  /** The process that works here or is about to. */
  worker: PoolWorker | undefined
  /** Of the process that works here, or worked here last; 0: none ever did. */
  number = 0
  restarts = 0
  /** How the last one ended that was lost. */
  lastLoss: WorkerLostError | undefined
  /** Its workers die too often. */
  hasFailed = false

  constructor(index: number, settings: PoolSettings) {
    this.index = index
    this.respawn = new Respawn(settings.respawn)
  }

  /** Whether a worker is starting here, or about to. */
  get isGrowing(): boolean {
    return this.worker ? this.worker.state === 'starting' : !this.hasFailed
  }
}
