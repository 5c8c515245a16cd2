import { inFrame } from '@conc/core/internal'
import { BodyContext } from './body-context.js'
import type { Hold } from './gate.js'
import type { Host } from './host.js'

/** Calls a plain body on slots, which those that are nested in it have to find. */
export function callHeld(
  host: Host,
  task: number,
  hold: Hold,
  body: (context: BodyContext) => unknown,
  index?: number,
): unknown {
  const { cancellation, deadline } = host
  const facts = { number: 1, executor: undefined, cancellation, deadline, hold }
  const context = new BodyContext(host, task, index, facts)
  return inFrame({ weave: BodyContext.around(context) }, () => body(context))
}
