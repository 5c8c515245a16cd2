import type { AnyBody } from '../builder/steps.js'
import { isBlind } from '../plan/graph.js'
import type { Around } from './around.js'
import { BodyContext } from './body-context.js'
import type { Dependencies } from './dependencies.js'
import type { Host } from './host.js'

/**
 * The body that is being called, until it returns: what is nested in its synchronous part finds it without an async
 * context. There is one at most, as no run starts a body from inside of another. Fields, and not a context, which
 * bodies that cannot see theirs do not get.
 */
const called: {
  host: Host | undefined
  task: number
  index: number | undefined
  context: BodyContext | undefined
} = { host: undefined, task: 0, index: undefined, context: undefined }

/** Calls the body of a task as it is. */
export function callTask(host: Host, task: number, body: AnyBody, deps: Dependencies): unknown {
  const context = enter(host, task, undefined)
  try {
    return body(deps, context)
  } finally {
    leave()
  }
}

/** Calls the body of a mapped task as it is, for one item. */
export function callItem(
  host: Host,
  task: number,
  index: number,
  body: AnyBody,
  item: unknown,
  deps: Dependencies,
): unknown {
  const context = enter(host, task, index)
  try {
    return body(item, deps, context)
  } finally {
    leave()
  }
}

/** What those see of the body that are nested in its synchronous part. */
export function bareAround(): Around | undefined {
  const { host, task, index } = called
  if (host === undefined) return undefined
  called.context ??= new BodyContext(host, task, index)
  return BodyContext.around(called.context)
}

/** @returns the context of the body, where it can see one. */
function enter(host: Host, task: number, index: number | undefined): BodyContext | undefined {
  const seesContext = ((host.graph.flags[task] as number) & isBlind) === 0
  called.host = host
  called.task = task
  called.index = index
  called.context = seesContext ? new BodyContext(host, task, index) : undefined
  return called.context
}

function leave(): void {
  called.host = undefined
  called.context = undefined
}
