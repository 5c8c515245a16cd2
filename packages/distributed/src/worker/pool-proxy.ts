import type { Load } from '@conc/core'
import { ProxyExecutor, refuseClosure, refuseHomeless } from '@conc/core/internal'
import { RemoteCalls } from '../calls/remote-calls.js'
import type { Boot } from '../link/boot.js'
import { capabilitiesOf } from '../pool/pool-capabilities.js'
import type { Workplace } from './body.js'
import { NestedRoute } from './nested-route.js'
import type { Questions } from './questions.js'
import { bodyHere } from './worker-slot.js'

/** The pool as the bodies in its workers see it: their nested calls go back to it. */
export class PoolProxy extends ProxyExecutor {
  /** What bodies that run here are told. */
  readonly place: Workplace
  /** As the pool told it last. */
  #load: Load

  constructor(boot: Boot, questions: Questions) {
    const { pool: name, worker, maxPayloadBytes } = boot
    super({
      name,
      kind: 'A WorkerPool',
      capabilities: capabilitiesOf(boot),
      work: new RemoteCalls(new NestedRoute(() => this.place, questions), boot, () => {}),
      refuse: (work) => refuseClosure(name, work) ?? refuseHomeless(name, work),
      room: () => questions.room(bodyHere()),
    })
    this.place = { executor: name, worker, maxPayloadBytes, pool: this }
    const queueLimit = boot.queueLimit ?? Number.POSITIVE_INFINITY
    this.#load = { concurrency: boot.slots, running: 0, waiting: 0, queueLimit }
  }

  get load(): Load {
    return this.#load
  }

  loadIs(running: number, waiting: number): void {
    this.#load = { ...this.#load, running, waiting }
  }
}
