import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AnsweringProgram } from '../harness/answering-program.js'
import type { Contestant, Figures, Path, Sampler } from '../harness/suite.js'

export interface GoStream {
  readonly capacity: number
  /** Cores that Go may use: one as for all in one thread, two as for two threads. */
  readonly cores: 1 | 2
}

const source = fileURLToPath(new URL('../../src/channels/go-channels.go', import.meta.url))
/** What the first process found out, for those that it forks. */
const variable = 'CONC_BENCH_GO'

/** The path with Go's channels beside the others, where there is a `go`: a reference, which no goal is about. */
export function besideGo(path: Path, stream: GoStream): Path {
  const version = goVersion()
  if (version === '') return path
  const [first] = path.contestants
  const go: Contestant = {
    name: 'Go',
    role: 'peer',
    items: first?.items ?? 0,
    note: `${version}, a program that measures itself: {x, y} through a chan, GOMAXPROCS=${stream.cores}`,
    open: async ({ warmUpMs, sampleMs }) => {
      const run = `${first?.items} ${stream.capacity} ${stream.cores}`
      const program = await started(`${run} ${warmUpMs}`)
      return new GoSampler(program, `${run} ${sampleMs}`)
    },
  }
  return { ...path, contestants: [...path.contestants, go] }
}

/** Empty where there is none that builds. */
function goVersion(): string {
  process.env[variable] ??= askedVersion()
  return process.env[variable] ?? ''
}

function askedVersion(): string {
  const asked = ['env', 'GOVERSION', 'GOCACHE']
  const { stdout } = spawnSync('go', asked, { encoding: 'utf8', timeout: 20_000 })
  const [version = '', cache] = (stdout ?? '').split('\n')
  // Without a home it has no cache, and then builds nothing.
  return cache === 'off' ? '' : version
}

async function started(warmUp: string): Promise<AnsweringProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-go-'))
  try {
    const binary = join(folder, 'go-channels')
    execFileSync('go', ['build', '-o', binary, source], { stdio: ['ignore', 'ignore', 'inherit'] })
    const program = new AnsweringProgram(binary)
    await program.ask(warmUp)
    return program
  } finally {
    // It runs, and needs its file no more.
    rmSync(folder, { recursive: true, force: true })
  }
}

class GoSampler implements Sampler {
  readonly #program: AnsweringProgram
  readonly #run: string

  constructor(program: AnsweringProgram, run: string) {
    this.#program = program
    this.#run = run
  }

  async sample(): Promise<Figures> {
    return JSON.parse(await this.#program.ask(this.#run)) as Figures
  }
}
