import { currentFrame, type Slot } from '@conc/core/internal'
import type { LockRequest } from './lock-request.js'
import type { LockQuestion, LockRoute } from './lock-route.js'

const service = new URL('./thread-service.js', import.meta.url).href

const routes = new WeakMap<Slot, LockRoute>()

/** From a task on a thread to the locks of the code that submitted it; `undefined` where this is no such task. */
export function threadRoute(): LockRoute | undefined {
  const slot = currentFrame()?.slots?.find((one) => one.ask)
  if (slot === undefined) return undefined
  const known = routes.get(slot)
  if (known) return known
  const made = new ThreadLockRoute(slot)
  routes.set(slot, made)
  return made
}

/** The thread above knows the task; it is the owner there. */
class ThreadLockRoute implements LockRoute {
  readonly #slot: Slot

  constructor(slot: Slot) {
    this.#slot = slot
  }

  owner(): undefined {
    return undefined
  }

  stranger(): undefined {
    return undefined
  }

  ask(request: LockRequest): LockQuestion {
    return this.#slot.ask?.(service, request) as LockQuestion
  }

  letGo(token: number): void {
    this.ask({ op: 'release', token }).answer.catch(() => {})
  }
}
