import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const modules = fileURLToPath(new URL('../node_modules', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder of the tests' own, where modules find the packages; gone with `remove`. */
export class Folder {
  readonly path: string = mkdtempSync(join(tmpdir(), 'conc-cli-'))

  constructor(files: Readonly<Record<string, string>> = {}) {
    symlinkSync(modules, join(this.path, 'node_modules'))
    this.write('package.json', '{"type":"module"}')
    for (const [name, text] of Object.entries(files)) this.write(name, text)
  }

  write(name: string, text: string): string {
    const path = join(this.path, name)
    writeFileSync(path, text)
    return path
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

export interface Surroundings {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** The built command as a child process, its output kept as it comes. */
export class Conc {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  stdout = ''
  stderr = ''
  readonly #watchers = new Set<() => void>()

  constructor(command: string, args: readonly string[], { cwd, env, input }: Surroundings) {
    const options: SpawnOptions = { cwd, env: plainEnvironment(cwd, env), stdio: 'pipe' }
    this.process = spawn(command, args, options)
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
      this.#changed()
    })
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
      this.#changed()
    })
    this.process.stdin?.on('error', () => {})
    if (input !== undefined) this.process.stdin?.end(input)
    this.ended = once(this.process, 'close').then(([code]) => {
      this.#changed()
      return { code: code as number | null, stdout: this.stdout, stderr: this.stderr }
    })
  }

  /** Resolves when what was written so far contains `text`, or matches. */
  async says(text: string | RegExp, where: 'stdout' | 'stderr' = 'stdout'): Promise<void> {
    const isThere = (): boolean =>
      typeof text === 'string' ? this[where].includes(text) : text.test(this[where])
    while (!isThere()) {
      if (this.process.exitCode !== null || this.process.signalCode !== null) {
        throw new Error(`ended without ${text}: ${this.stdout}\n${this.stderr}`)
      }
      await this.more()
    }
  }

  /** Resolves when it has written something more, or has ended. */
  more(): Promise<void> {
    return new Promise((resolve) => this.#watchers.add(resolve))
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
    this.#watchers.clear()
  }
}

/** Nothing of the tests' own environment decides what the command does. */
function plainEnvironment(
  cwd: string | undefined,
  env: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  const runtime = join(cwd ?? dirname(program), 'run')
  return { PATH, HOME, TERM: 'xterm', CONC_RUNTIME_DIR: runtime, ...env }
}

export function start(args: readonly string[], surroundings: Surroundings = {}): Conc {
  return new Conc(process.execPath, [program, ...args], surroundings)
}

/** Runs the command to its end. */
export function conc(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  return start(args, { input: '', ...surroundings }).ended
}

/** Runs it on a pseudo-terminal: stdin, stdout and stderr in one. */
export function startOnTerminal(
  args: readonly string[],
  { columns = 80, rows = 24, ...surroundings }: Surroundings & { columns?: number; rows?: number },
): Conc {
  return onTerminal(`stty cols ${columns} rows ${rows}; exec ${quoted(args)}`, surroundings)
}

/** A line of shell on a pseudo-terminal. */
export function onTerminal(line: string, surroundings: Surroundings): Conc {
  return new Conc('script', ['-qefc', line, '/dev/null'], surroundings)
}

/** The command as a line of shell. */
export function quoted(args: readonly string[]): string {
  return [process.execPath, program, ...args]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ')
}

/** What a terminal has shown, without what moves its cursor and colours. */
export function withoutMoves(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what moves the cursor
  return text.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, '')
}
