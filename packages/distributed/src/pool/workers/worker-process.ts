import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { deferred } from '@conc/core/internal'
import type { LinkPipes } from '../../link/pipe-link.js'
import { ConsoleLines } from '../told/console-lines.js'
import { killAtExit } from './exit-hook.js'

/** How a process is started. */
export interface SpawnSettings {
  readonly env: NodeJS.ProcessEnv | undefined
  readonly execArgvOf: (place: number) => readonly string[]
  readonly cwd: string | undefined
  readonly console: 'inherit' | 'capture' | 'silent'
}

/** How a process ended. */
export interface WorkerExit {
  readonly exitCode: number | null
  readonly signal: string | null
  /** The end of what it wrote there. */
  readonly stderr: string
  /** Whether all that it said has been read. */
  readonly hasSaidAll: boolean
  /** Why it could not even be started. */
  readonly error?: Error
}

const entry = fileURLToPath(new URL('../../worker/worker.entry.js', import.meta.url))
const stderrChars = 4096
/** What a process that is gone may still have said is in the pipe by then; something else may hold the pipe open. */
const lastWordsMs = 1000

/** One child process with its pipes. Nothing of it keeps this process alive. */
export class WorkerProcess {
  readonly pipes: LinkPipes
  /** Resolves when the process is gone and all that it said has been read. */
  readonly exited: Promise<WorkerExit>
  readonly #child: ChildProcess
  #stderr = ''

  /**
   * @param index its place in the pool.
   * @param print takes the lines that it writes, where they are captured.
   */
  constructor(
    { env, execArgvOf, cwd, console }: SpawnSettings,
    index: number,
    print: (level: 'info' | 'warn', pid: number | undefined, line: string) => void,
  ) {
    const out = { inherit: 'inherit', capture: 'pipe', silent: 'ignore' } as const
    const child = spawn(process.execPath, [...execArgvOf(index), entry], {
      stdio: ['ignore', out[console], 'pipe', 'pipe', 'pipe'],
      ...(env && { env }),
      ...(cwd !== undefined && { cwd }),
      windowsHide: true,
    })
    this.#child = child
    this.pipes = { input: child.stdio[4] as Socket, output: child.stdio[3] as Socket }
    this.#listenTo(child.stderr as Readable & Partial<Socket>, console === 'inherit')
    if (console === 'capture') this.#capture(print)
    this.exited = this.#live()
    this.pipes.input.unref?.()
    this.pipes.output.unref?.()
    child.unref()
    if (child.pid !== undefined) killAtExit(child)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async #live(): Promise<WorkerExit> {
    const { promise, resolve } = deferred<Omit<WorkerExit, 'stderr' | 'hasSaidAll'>>()
    this.#child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
    this.#child.once('error', (error) => resolve({ exitCode: null, signal: null, error }))
    const { input, output } = this.pipes
    const allRead = new Promise<void>((closed) => input.once('close', () => closed()))
    // Whoever has no link is of no use, whatever else it does.
    void allRead.then(() => this.kill())
    output.once('close', () => this.kill())
    // Nothing comes there but its end.
    output.resume?.()
    const exit = await promise
    const hasSaidAll = await Promise.race([allRead.then(() => true), atMost(lastWordsMs)])
    input.destroy()
    output.destroy()
    return { ...exit, stderr: this.#stderr, hasSaidAll }
  }

  #capture(print: (level: 'info' | 'warn', pid: number | undefined, line: string) => void): void {
    const { stdout, stderr, pid } = this.#child
    captured(stdout as Readable & Partial<Socket>, (line) => print('info', pid, line))
    captured(stderr as Readable & Partial<Socket>, (line) => print('warn', pid, line))
  }

  #listenTo(stderr: Readable & Partial<Socket>, isForwarded: boolean): void {
    stderr.unref?.()
    stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-stderrChars)
      if (isForwarded) process.stderr.write(chunk)
    })
  }
}

/** @returns `false`, when the time is over. */
async function atMost(ms: number): Promise<false> {
  return await new Promise((resolve) => {
    setTimeout(resolve, ms, false).unref()
  })
}

function captured(stream: Readable & Partial<Socket>, take: (line: string) => void): void {
  const lines = new ConsoleLines(take)
  stream.unref?.()
  stream.on('data', (chunk: Buffer) => lines.push(chunk))
  stream.once('end', () => lines.end())
}
