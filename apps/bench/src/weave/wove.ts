import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
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

/** One python3 that lives through all samples and ends with this process, as its stdin does. */
class PythonGraph implements Sampler {
  readonly #child
  readonly #answers
  #exited: Promise<never>

  constructor({ nodes }: Shape) {
    this.#child = spawn('python3', [program], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#answers = createInterface({ input: this.#child.stdout })
    this.#exited = once(this.#child, 'exit').then(([code]) => {
      throw new Error(`python3 ended with ${code}`)
    })
    // Whoever samples next hears of it.
    this.#exited.catch(() => {})
    this.#child.unref()
    this.#say(nodes)
  }

  async sample(): Promise<Figures> {
    const answer = once(this.#answers, 'line')
    this.#say('run')
    const [line] = (await Promise.race([answer, this.#exited])) as [string]
    const { error, ...figures } = JSON.parse(line) as Figures & { readonly error?: string }
    if (error !== undefined) throw new Error(String(error))
    return figures as Figures
  }

  #say(value: unknown): void {
    this.#child.stdin.write(`${JSON.stringify(value)}\n`)
  }
}
