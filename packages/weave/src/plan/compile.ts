import { type Step, type StepList, stepsUpTo } from '../builder/steps.js'
import type { Template } from '../classes/class-members.js'
import { classGroup, ownNames, withGroup } from '../classes/class-plan.js'
import { checkCycles } from './cycles.js'
import type { Graph } from './graph.js'
import { GraphBuilder } from './graph-builder.js'
import { overridden } from './overrides.js'

/**
 * Resolves the names of a weave. Linear in tasks and edges. Makes one instance of a class template.
 *
 * @throws {WeavePlanError}
 */
export function compile(last: Step | undefined): Graph {
  const list = stepsUpTo(last)
  return list.template ? compileClass(list, list.template) : compileSteps(list, list.steps)
}

function compileClass(list: StepList, template: Template): Graph {
  const instance = new template()
  const group = classGroup(template, instance)
  const steps = withGroup(list.steps, group)
  const graph = compileSteps(list, steps)
  checkCycles(graph)
  const names = ownNames(list.hasOverrides ? overridden(steps) : steps, group)
  const owesInputs = graph.inputUsers.some(
    (user) => user >= 0 && (graph.names[user] as string) in group.tasks,
  )
  return { ...graph, classPlan: { template, instance, names, owesInputs } }
}

function compileSteps(list: StepList, steps: readonly Step[]): Graph {
  const builder = new GraphBuilder(list)
  for (const step of list.hasOverrides ? overridden(steps) : steps) builder.add(step)
  return builder.graph()
}
