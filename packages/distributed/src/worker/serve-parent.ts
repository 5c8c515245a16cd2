import { ExecutorError } from '@conc/core'
import { bootThread, captureConsole, registry, setLogOutlet } from '@conc/core/internal'
import { decode, encode, encodeError } from '@conc/wire'
import type { Boot } from '../link/boot.js'
import { type LinkPipes, PipeLink } from '../link/pipe-link.js'
import { setPoolAround } from '../pool/pool-around.js'
import type { Frame } from '../protocol/frame.js'
import { frameType } from '../protocol/frame-types.js'
import { endTurn } from '../protocol/turn-end.js'
import '../builtin/ping.js'
import { ParentWatch } from './parent-watch.js'
import { TaskServer } from './task-server.js'
import { WorkerLog } from './worker-log.js'

/** The pool measures what it sends; what it may be is its business. */
const isPosix = process.platform !== 'win32'
const anySize = Number.POSITIVE_INFINITY

const ignored = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The life of a worker process: boot, imports, work, end. */
export function serveParent(pipes: LinkPipes, outputFd: number): void {
  // Terminals and service managers send these to the whole group; the pool alone decides when a worker ends.
  for (const signal of ignored) process.on(signal, () => {})
  new WorkerLife(pipes, outputFd)
}

class WorkerLife {
  readonly #link: PipeLink
  #server: TaskServer | undefined
  #graceMs = 5000

  constructor(pipes: LinkPipes, outputFd: number) {
    const listener = {
      receive: (frame: Frame) => this.#receive(frame),
      turnOver: () => this.#server?.turnOver(),
    }
    // On Windows the descriptor is no pipe that can be written to in this way.
    this.#link = new PipeLink(pipes, anySize, listener, isPosix ? outputFd : undefined)
    pipes.input.on('close', () => this.#orphaned())
    process.on('uncaughtException', (error) => this.#die(error))
    process.on('unhandledRejection', (reason) => this.#die(reason))
  }

  #receive(frame: Frame): void {
    if (this.#server) this.#server.receive(frame)
    else if (frame.type === frameType.boot) void this.#boot(decode(frame.body) as Boot)
  }

  async #boot(boot: Boot): Promise<void> {
    this.#graceMs = boot.graceMs
    setPoolAround(boot)
    this.#openLog(boot)
    const role = `worker ${boot.worker} of '${boot.pool}'`
    const { failure } = await bootThread({ role, modules: boot.modules })
    if (failure) {
      this.#sendAndExit(encode(failure).chunks)
      return
    }
    const watch = new ParentWatch()
    this.#server = new TaskServer(boot, this.#link, {
      called: () => watch.begin(),
      stop: () => this.#exit(0),
    })
    const names = registry.names()
    const tasks = new Map(names.map((name) => [name, registry.find(name)?.version]))
    const report = encode({ pid: process.pid, tasks }).chunks
    this.#link.add(frameType.ready, 0, undefined, report)
  }

  /** Before any module of the user's is there, which may print as it is imported. */
  #openLog(boot: Boot): void {
    const log = new WorkerLog(boot, this.#link)
    setLogOutlet(log)
    if (log.capturesConsole) captureConsole()
    // What was said in the turn that ends the process.
    process.on('exit', () => {
      endTurn()
      this.#link.flush()
    })
  }

  /** Nobody caught it: the process is not to be trusted any more, and says why. */
  #die(error: unknown): void {
    this.#sendAndExit(encodeError(error).chunks)
  }

  #sendAndExit(error: readonly Uint8Array[]): void {
    this.#link.add(frameType.fatal, 0, undefined, error)
    this.#link.flush()
    this.#link.afterWrite(() => this.#exit(1))
  }

  #exit(code: number): void {
    process.exit(code)
  }

  /** The pool has gone: bodies are told, and have the grace of any other cancel. */
  #orphaned(): void {
    const reason = new ExecutorError('The pool of this worker has gone.', { retryable: true })
    this.#server?.abandon(reason)
    if (!this.#server || this.#server.busy === 0) this.#exit(0)
    setTimeout(() => this.#exit(0), Math.min(this.#graceMs, 2 ** 31 - 1))
    setInterval(() => this.#server?.busy === 0 && this.#exit(0), 20)
  }
}
