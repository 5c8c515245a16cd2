import type { NestedOptions, Script } from '../plan/script.js'

/** A script that another one calls, and how. */
export interface NestedScript {
  readonly script: Script
  readonly options: NestedOptions
}

/** What the body of a script calls itself. */
export function nestedOf({ steps }: Script): NestedScript[] {
  return steps.flatMap((step) => {
    if (step.do === 'call') return step.scripts.map((script) => ({ script, options: step.options }))
    return step.do === 'pull' ? [{ script: step.script, options: {} }] : []
  })
}

/** Whether the body, or one that it calls, has a step of that kind. */
export function has(script: Script, kind: Script['steps'][number]['do']): boolean {
  return (
    script.steps.some((step) => step.do === kind) ||
    nestedOf(script).some((nested) => has(nested.script, kind))
  )
}

export function hasTimeout(script: Script): boolean {
  return nestedOf(script).some(
    (nested) => nested.options.timeoutMs !== undefined || hasTimeout(nested.script),
  )
}
