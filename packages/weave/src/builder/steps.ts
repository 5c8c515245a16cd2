import type { CheckedOptions } from './option-checks.js'
import type { Defaults } from './task-options.js'

/** The function of a task as the run sees it. */
export type AnyBody = (...args: unknown[]) => unknown

export interface TaskStep {
  readonly kind: 'task'
  readonly previous: Step | undefined
  readonly name: string
  readonly body: AnyBody
  readonly options: CheckedOptions | undefined
}

export interface EachStep {
  readonly kind: 'each'
  readonly previous: Step | undefined
  readonly name: string
  readonly body: AnyBody
  readonly options: CheckedOptions | undefined
  /** The name of the source, or the source. */
  readonly over: string | object
}

export type SingleStep = TaskStep | EachStep

/** Several tasks at once. */
export interface GroupStep {
  readonly kind: 'group'
  readonly previous: Step | undefined
  readonly tasks: Readonly<Record<string, SingleStep>>
  /** What they see besides everything earlier. */
  readonly sees: 'nothing' | 'siblings'
}

/** Another body, and other options, for a task that is there. */
export interface OverrideStep {
  readonly kind: 'override' | 'overrideEach'
  readonly previous: Step | undefined
  readonly name: string
  readonly body: AnyBody
  readonly options: CheckedOptions | undefined
}

/** The tasks of a class template. */
interface ClassStep {
  readonly kind: 'class'
  readonly previous: Step | undefined
  readonly template: new () => object
}

interface InputStep {
  readonly kind: 'inputs'
  readonly previous: Step | undefined
  readonly values: Readonly<Record<string, unknown>>
}

/** Names that no task defines are inputs that the run brings. */
interface OwedStep {
  readonly kind: 'owed'
  readonly previous: Step | undefined
}

interface DefaultsStep {
  readonly kind: 'defaults'
  readonly previous: Step | undefined
  readonly options: Defaults
}

/**
 * One call on a builder. It points to the call before, so a weave shares everything with those it was derived from,
 * and a chain of 10 000 calls is 10 000 small objects.
 */
export type Step =
  | TaskStep
  | GroupStep
  | EachStep
  | ClassStep
  | OverrideStep
  | InputStep
  | OwedStep
  | DefaultsStep

/** A weave's steps in order, and those that concern all of it. */
export interface StepList {
  readonly steps: readonly Step[]
  readonly inputs: readonly InputStep[]
  readonly defaults: readonly DefaultsStep[]
  readonly isOwed: boolean
  readonly hasOverrides: boolean
  /** It begins with one. */
  readonly template: (new () => object) | undefined
}

/** The steps from the first to `last`, in one pass: 10 000 of them do not fit into a cache. */
export function stepsUpTo(last: Step | undefined): StepList {
  const steps: Step[] = []
  const inputs: InputStep[] = []
  const defaults: DefaultsStep[] = []
  let isOwed = false
  let hasOverrides = false
  for (let step = last; step !== undefined; step = step.previous) {
    if (step.kind === 'inputs') inputs.unshift(step)
    else if (step.kind === 'defaults') defaults.unshift(step)
    else if (step.kind === 'owed') isOwed = true
    else {
      steps.push(step)
      if (step.kind === 'override' || step.kind === 'overrideEach') hasOverrides = true
    }
  }
  steps.reverse()
  const template = steps[0]?.kind === 'class' ? steps[0].template : undefined
  return { steps, inputs, defaults, isOwed, hasOverrides, template }
}
