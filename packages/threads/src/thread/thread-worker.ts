import { fileURLToPath } from 'node:url'
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads'
import { type Deferred, deferred, type StartReport } from '@conc/core/internal'
import { Piscina } from 'piscina'
import type { Boot } from '../between/messages.js'
import type { WorkerSettings } from '../thread-options.js'

/** How a thread went. */
export interface ThreadExit {
  readonly exitCode: number | null
  /** The uncaught error, the refusal to start; `undefined` for `process.exit()` and an end from outside. */
  readonly cause: unknown
}

const longestMs = 2 ** 31 - 1
const entry = fileURLToPath(new URL('../thread-start.cjs', import.meta.url))

/**
 * One thread of the operating system, made, watched and ended by a piscina of its own. A piscina of several could not
 * say which of its threads it was that failed to boot. Its one task is the start: a task that lasted as long as the
 * thread would hold the process. Calls, values, errors and signals pass by on `port`.
 */
export class ThreadWorker {
  readonly port: MessagePort
  /** Resolves with the thread's own report; rejects if it could not even say that. */
  readonly started: Promise<StartReport>
  /** Resolves when the thread is gone, however that came. */
  readonly exited: Promise<ThreadExit>
  readonly #exit: Deferred<ThreadExit> = deferred<ThreadExit>()
  readonly #pool: Piscina
  #worker: Worker | undefined
  #threadId = -1
  #cause: unknown

  constructor(settings: WorkerSettings, boot: Omit<Boot, 'port'>) {
    const { port1, port2 } = new MessageChannel()
    this.port = port1
    this.exited = this.#exit.promise
    this.#pool = new Piscina(piscinaOptions(settings))
    // Without a listener piscina would end the process with what a thread threw.
    this.#pool.on('error', (error: unknown) => this.#fails(error))
    this.started = inTime(this.#start(boot, port2), settings.startupTimeoutMs)
  }

  /** Also of one that is gone, which Node forgets. */
  get threadId(): number {
    return this.#threadId
  }

  /** Ends the thread, whatever it does. @returns when it is gone. */
  async terminate(): Promise<ThreadExit> {
    // Where there is none, piscina still has the start in its queue and would reject a promise that nobody was given.
    if (this.#worker) await this.#pool.destroy()
    return await this.exited
  }

  async #start(boot: Omit<Boot, 'port'>, port: MessagePort): Promise<StartReport> {
    const report = this.#run({ ...boot, port })
    const gone = this.exited.then(({ exitCode, cause }) => {
      throw cause ?? new Error(`The thread exited with code ${exitCode} while it started.`)
    })
    return await Promise.race([report, gone])
  }

  async #run(boot: Boot): Promise<StartReport> {
    try {
      const report: Promise<StartReport> = this.#pool.run(boot, { transferList: [boot.port] })
      // Only taken up when the thread is there; until then its exit is what tells.
      report.catch(() => {})
      this.#watch(this.#pool.threads[0])
      return await report
    } catch (error) {
      if (this.#worker === undefined) this.#exit.resolve({ exitCode: null, cause: error })
      throw error
    }
  }

  #watch(worker: Worker | undefined): void {
    this.#worker = worker
    this.#threadId = worker?.threadId ?? -1
    worker?.once('error', (error) => this.#fails(error))
    worker?.once('exit', (exitCode) => this.#exit.resolve({ exitCode, cause: this.#cause }))
  }

  #fails(error: unknown): void {
    this.#cause ??= error
  }
}

/** Does not hold the process: work that waits for the thread does. */
async function inTime<T>(start: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    const late = (): void => reject(new Error(`It did not start within ${ms} ms.`))
    timer = setTimeout(late, Math.min(ms, longestMs)).unref()
  })
  try {
    return await Promise.race([start, tooLate])
  } finally {
    clearTimeout(timer)
  }
}

function piscinaOptions(settings: WorkerSettings): ConstructorParameters<typeof Piscina>[0] {
  const { resourceLimits, execArgv, env } = settings
  return Object.assign(Object.create(null), {
    filename: entry,
    name: 'default',
    minThreads: 0,
    maxThreads: 1,
    // Idleness is the pool's affair.
    idleTimeout: Number.POSITIVE_INFINITY,
    // With 'sync' the loop of an idle thread stands still, and our port with it.
    atomics: 'disabled',
    recordTiming: false,
    ...(resourceLimits && { resourceLimits: { ...resourceLimits } }),
    ...(execArgv && { execArgv: [...execArgv] }),
    ...(env !== undefined && { env }),
  })
}
