import { definitionOf } from '@conc/core/internal'
import type { CheckedOptions } from '../builder/option-checks.js'
import type { AnyBody } from '../builder/steps.js'
import type { Defaults } from '../builder/task-options.js'
import { weaveParameters } from '../named/weave-task.js'
import { type Parameters, parametersOf } from '../parameters/index.js'
import { isDeclared, isMapped } from './graph.js'

/** What the body of a task takes out of its parameter for the dependencies. */
export function asked(
  body: AnyBody,
  options: CheckedOptions | undefined,
  flags: number,
): Parameters {
  const index = flags & isMapped
  if (options?.args !== undefined) return parametersOf(options.args, index)
  if ((flags & isDeclared) === 0) return parametersOf(body, index)
  const ofWeave = index === 0 ? weaveParameters(body) : undefined
  return ofWeave ?? parametersOf(definitionOf(body)?.fn ?? body, index)
}

/** Dependencies are edges by now: a task that said nothing else needs no options any more. */
export function optionsOfRun(options: CheckedOptions | undefined): CheckedOptions | undefined {
  for (const key in options) if (key !== 'needs' && key !== 'after') return options
  return undefined
}

/** Whether a plain function with these options is called as it is. */
export function isPlain(
  options: CheckedOptions | undefined,
  defaults: Defaults | undefined,
): boolean {
  return (
    options?.args === undefined &&
    (options?.executor ?? defaults?.executor) === undefined &&
    (options?.timeoutMs ?? defaults?.timeoutMs) === undefined
  )
}
