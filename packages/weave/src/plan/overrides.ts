import { didYouMean } from '@conc/core/internal'
import type { CheckedOptions } from '../builder/option-checks.js'
import type { GroupStep, OverrideStep, SingleStep, Step } from '../builder/steps.js'
import { WeaveNameError, WeavePlanError } from '../errors.js'

/** The steps as they are when every override has taken the place of its task. @throws {WeavePlanError} */
export function overridden(steps: readonly Step[]): readonly Step[] {
  const made: Step[] = []
  const places = new Map<string, number>()
  for (const step of steps) {
    if (step.kind === 'override' || step.kind === 'overrideEach') {
      const place = places.get(step.name)
      if (place === undefined) throw unknown(step.name, [...places.keys()])
      made[place] = replaced(made[place] as SingleStep | GroupStep, step)
    } else {
      for (const name of namesOf(step)) places.set(name, made.length)
      made.push(step)
    }
  }
  return made
}

function replaced(step: SingleStep | GroupStep, override: OverrideStep): Step {
  if (step.kind !== 'group') return replacedOne(step, override)
  const { name } = override
  const own = step.tasks[name] as SingleStep
  return { ...step, tasks: { ...step.tasks, [name]: replacedOne(own, override) } }
}

/** One task with another body: options that the override does not give are kept one by one. */
function replacedOne(step: SingleStep, { kind, name, body, options }: OverrideStep): SingleStep {
  const isEach = step.kind === 'each'
  if (kind === 'overrideEach') {
    if (!isEach) throw notMapped(name)
    return { ...step, body, options: { ...kept(step.options), ...options } }
  }
  const before = isEach ? withoutItems(step.options) : step.options
  const { previous } = step
  return { kind: 'task', previous, name, body, options: { ...kept(before), ...options } }
}

/** `needs` and `args` belong to the body that is gone. */
function kept(options: CheckedOptions | undefined): CheckedOptions {
  const { needs, args, ...rest } = options ?? {}
  return rest
}

/** What makes no sense without items; the key is made of one. */
function withoutItems(options: CheckedOptions | undefined): CheckedOptions {
  const { workers, perMinute, limitPerMinute, idempotencyKey, ...rest } = options ?? {}
  return rest
}

function namesOf(step: Step): readonly string[] {
  if (step.kind === 'group') return Object.keys(step.tasks)
  return step.kind === 'task' || step.kind === 'each' ? [step.name] : []
}

function unknown(name: string, available: readonly string[]): WeaveNameError {
  const near = didYouMean(name, available)
  const hint = near === undefined ? '' : ` Did you mean '${near}'?`
  return new WeaveNameError(
    name,
    'no task before it has that name',
    `There is no task '${name}' to override.${hint}`,
  )
}

function notMapped(name: string): WeavePlanError {
  return new WeavePlanError(
    `Task '${name}' is not mapped, so .overrideEach has no source to keep. Use .override to replace it.`,
    { task: name },
  )
}
