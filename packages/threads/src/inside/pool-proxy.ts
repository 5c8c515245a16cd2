import type { Load } from '@conc/core'
import { ProxyExecutor, refuseClosure, refuseHomeless, whileSuspended } from '@conc/core/internal'
import type { Boot } from '../between/messages.js'
import { capabilitiesOf } from '../capabilities.js'
import { NestedWork } from './nested-work.js'
import type { ParentLink } from './parent-link.js'

/** The pool as the bodies on its threads see it: their nested calls go back to it. */
export class PoolProxy extends ProxyExecutor {
  readonly #load: Int32Array
  readonly #limits: Boot['limits']

  constructor(boot: Boot, link: ParentLink) {
    const { executor: name } = boot
    super({
      name,
      kind: 'A ThreadExecutor',
      capabilities: capabilitiesOf(boot),
      work: new NestedWork(name, link),
      refuse: (work) => refuseClosure(name, work) ?? refuseHomeless(name, work),
      // The room may be that of the body which asks: it gives its slot up meanwhile.
      room: () => whileSuspended(() => link.ready()),
    })
    this.#load = new Int32Array(boot.load)
    this.#limits = boot.limits
  }

  get load(): Load {
    const [running = 0, waiting = 0] = this.#load
    return { ...this.#limits, running, waiting }
  }
}
