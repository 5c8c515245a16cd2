import { inputValues } from '../options/input-values.js'
import { usageError } from '../program/command-error.js'
import type { CommandCall } from '../program/command-spec.js'
import { exitCode } from '../program/exit-code.js'
import { keepStdout } from '../terminal/keep-stdout.js'
import { loadWeave } from './load-weave.js'

interface PlanValues {
  readonly input?: readonly (readonly [string, string])[]
  readonly inputsFile?: string
  readonly mermaid?: boolean
  readonly dot?: boolean
}

export async function run({ args, options, terminal }: CommandCall<PlanValues>): Promise<number> {
  const { mermaid, dot } = options
  if (mermaid && dot) throw usageError('--mermaid and --dot exclude each other.')
  const inputs = inputValues(options)
  keepStdout((text) => terminal.err.write(text))
  const weave = await loadWeave(args[0] as string)
  const plan = (Object.keys(inputs).length > 0 ? weave.with(inputs) : weave).plan()
  if (mermaid) terminal.print(plan.toMermaid().trimEnd())
  else if (dot) terminal.print(plan.toDot().trimEnd())
  else if (terminal.isJson) terminal.printJson(plan)
  else terminal.print(plan.toString())
  return exitCode.done
}
