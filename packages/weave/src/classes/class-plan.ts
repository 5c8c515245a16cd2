import type { AnyBody, GroupStep, Step } from '../builder/steps.js'
import { boundBody, membersOf, type Template } from './class-members.js'

/** What a graph has from a class template. */
export interface ClassPlan {
  readonly template: Template
  /** The instance that was looked at. */
  readonly instance: object
  /** Its tasks that nothing has overridden. */
  readonly names: readonly string[]
  /** It asks for inputs that none of its tasks can do without. */
  readonly owesInputs: boolean
}

/** A template as the group of its tasks, which see each other. */
export function classGroup(template: Template, instance: object): GroupStep {
  const tasks = membersOf(template, instance)
  return { kind: 'group', previous: undefined, tasks, sees: 'siblings' }
}

/** The steps with the template's group in its place. */
export function withGroup(steps: readonly Step[], group: GroupStep): readonly Step[] {
  return steps.map((step) => (step.kind === 'class' ? group : step))
}

/** The tasks of `group` that are still its own among `steps`. */
export function ownNames(steps: readonly Step[], group: GroupStep): readonly string[] {
  const now = steps.find((step) => step.kind === 'group' && step.sees === 'siblings') as GroupStep
  return Object.keys(group.tasks).filter((name) => now.tasks[name] === group.tasks[name])
}

/** The bodies for one run: those of the template belong to `instance`. */
export function bodiesOf(
  { bodies, numbers }: { bodies: readonly AnyBody[]; numbers: ReadonlyMap<string, number> },
  { names }: ClassPlan,
  instance: object,
): readonly AnyBody[] {
  const own = bodies.slice()
  for (const name of names) own[numbers.get(name) as number] = boundBody(instance, name)
  return own
}
