import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AnsweringProgram } from '../harness/answering-program.js'
import type { Contestant, Figures, Sampler } from '../harness/suite.js'
import type { Shape } from './shapes.js'

const program = fileURLToPath(new URL('../../src/weave/wove-graph.py', import.meta.url))
/** What the first process found out, for those that it forks. */
const variable = 'CONC_BENCH_WOVE'

/** Python's wove over the same graph, as a list to spread: empty without python3 or a copy that it finds. */
export function woveContestants(shape: Shape): Contestant[] {
  const version = woveVersion()
  if (version === '') return []
  return [
    {
      name: 'wove (Python)',
      role: 'peer',
      items: shape.nodes.length,
      goal: { timesFaster: 20 },
      note: `wove ${version} in a python3 that measures itself, ${shape.title} only`,
      open: async () => new PythonGraph(shape),
    },
  ]
}

/** Empty where there is none. */
function woveVersion(): string {
  process.env[variable] ??= askedVersion()
  return process.env[variable] ?? ''
}

function askedVersion(): string {
  const code = 'import wove; print(getattr(wove, "__version__", "of unknown version"))'
  const { stdout } = spawnSync('python3', ['-c', code], { encoding: 'utf8', timeout: 20_000 })
  return (stdout ?? '').trim()
}

/** One python3 that lives through all samples. */
class PythonGraph implements Sampler {
  readonly #python = new AnsweringProgram('python3', [program])

  constructor({ nodes }: Shape) {
    this.#python.say(JSON.stringify(nodes))
  }

  async sample(): Promise<Figures> {
    const answer = JSON.parse(await this.#python.ask('"run"')) as Figures & { error?: string }
    const { error, ...figures } = answer
    if (error !== undefined) throw new Error(String(error))
    return figures as Figures
  }
}
