import { ask } from './ask.js'
import type { LockReply, LockRequest } from './lock-request.js'
import { routeHere } from './lock-route.js'
import { processRoute } from './locks.js'

/** What a task on a thread asks of the locks is asked here, in the surroundings of its call and as that task. */
export function answer(request: LockRequest, signal: AbortSignal): Promise<LockReply> {
  return ask(routeHere(processRoute), request, { signal })
}
