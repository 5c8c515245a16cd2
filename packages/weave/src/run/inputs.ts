import { MissingInputError, WeaveNameError } from '../errors.js'
import { firstInput, type Graph } from '../plan/graph.js'
import { runs, type Selection } from './selection.js'

type Values = Readonly<Record<string, unknown>>

/** The inputs of one run: those of the weave, and over them those it was given. @throws {MissingInputError} */
export function inputsOf(graph: Graph, given: Values, selection: Selection | undefined): Values {
  for (const name in given) {
    if (!graph.numbers.has(name)) continue
    throw new WeaveNameError(name, 'it is a task of this weave')
  }
  const inputs: Record<string, unknown> = Object.create(null)
  Object.assign(inputs, graph.inputValues, given)
  if (selection) checkInputsFor(graph, selection, inputs)
  else checkInputs(graph, inputs)
  return Object.freeze(inputs)
}

function checkInputs({ names, inputNames, inputUsers }: Graph, inputs: Values): void {
  inputNames.forEach((name, number) => {
    const user = inputUsers[number] as number
    if (user >= 0 && !(name in inputs)) throw new MissingInputError(names[user] as string, name)
  })
}

/** Only what the tasks need that run. */
function checkInputsFor(graph: Graph, selection: Selection, inputs: Values): void {
  for (let task = 0; task < graph.count; task++) {
    if (!runs(selection, task)) continue
    for (const name of requiredInputs(graph, task)) {
      if (!(name in inputs)) throw new MissingInputError(graph.names[task] as string, name)
    }
  }
}

function* requiredInputs(graph: Graph, task: number): Generator<string, void, undefined> {
  const source = graph.sources.get(task)
  if (typeof source === 'number' && source <= firstInput) yield inputAt(graph, source)
  const end = graph.keyStart[task + 1] as number
  for (let place = graph.keyStart[task] as number; place < end; place++) {
    const origin = graph.origins[place] as number
    if (origin <= firstInput && !graph.optional.has(place)) yield inputAt(graph, origin)
  }
}

function inputAt(graph: Graph, origin: number): string {
  return graph.inputNames[firstInput - origin] as string
}
