import { type Conc, conc, type Ended, type Folder, type Surroundings, start } from './conc.js'

/** A pool in the foreground, ready. */
export interface RunningPool {
  readonly child: Conc
  readonly port: string
  readonly name: string
  readonly pid: number
}

/** `conc pool up` with one worker and the tasks of the folder, once it is ready. */
export async function startPool(
  surroundings: Surroundings,
  ...args: readonly string[]
): Promise<RunningPool> {
  const child = start(['pool', 'up', '-m', './tasks.js', '-b', '1', '-v', ...args], surroundings)
  await child.says(/^(ready|\{"event":"ready").*\n/)
  const [, port = ''] = /port"?[=:](\d+)/.exec(child.stdout) ?? []
  const [, name = ''] = /name"?[=:]"?([^\s"]+)/.exec(child.stdout) ?? []
  return { child, port, name, pid: child.process.pid as number }
}

/** The pools and calls of a test file, all in one folder, and ended with it. */
export class Pools {
  readonly #folder: Folder
  readonly #running = new Set<Conc>()

  constructor(folder: Folder) {
    this.#folder = folder
  }

  up(...args: readonly string[]): Promise<RunningPool> {
    return this.upIn({}, ...args)
  }

  async upIn(env: Readonly<Record<string, string>>, ...args: string[]): Promise<RunningPool> {
    const pool = await startPool({ cwd: this.#folder.path, env }, ...args)
    this.#running.add(pool.child)
    return pool
  }

  /** Runs a command against the pool to its end. */
  call(pool: RunningPool, ...args: readonly string[]): Promise<Ended> {
    return conc([...args, '--port', pool.port], { cwd: this.#folder.path })
  }

  /** The same, without waiting for the end. */
  begin(pool: RunningPool, ...args: readonly string[]): Conc {
    return this.start(...args, '--port', pool.port)
  }

  start(...args: readonly string[]): Conc {
    return this.startIn({}, ...args)
  }

  startIn(env: Readonly<Record<string, string>>, ...args: readonly string[]): Conc {
    const child = start(args, { cwd: this.#folder.path, env })
    this.#running.add(child)
    return child
  }

  /** Ends all that still runs. */
  async end(): Promise<void> {
    for (const { process } of this.#running) process.kill('SIGKILL')
    await Promise.all([...this.#running].map(({ ended }) => ended))
  }
}
