import type { AnyBody } from '../builder/steps.js'
import type { Around } from './around.js'
import { BodyContext } from './body-context.js'
import type { Dependencies } from './dependencies.js'

/** The body that is called right now, and has perhaps no async context around it. */
let current: BodyContext | undefined

/** Calls the body of a task. What is nested in its synchronous part finds it, in whatever context. */
export function callTask(context: BodyContext, body: AnyBody, deps: Dependencies): unknown {
  const outer = current
  current = context
  try {
    return body(deps, context)
  } finally {
    current = outer
  }
}

/** The same for one item of a mapped task. */
export function callItem(
  context: BodyContext,
  body: AnyBody,
  item: unknown,
  deps: Dependencies,
): unknown {
  const outer = current
  current = context
  try {
    return body(item, deps, context)
  } finally {
    current = outer
  }
}

/** What those see of it that are nested in its synchronous part. */
export function bareAround(): Around | undefined {
  return current && BodyContext.around(current)
}
