import type { Level, LogRecord } from '@conc/core/internal'
import type { Key } from '../../security/keys.js'
import type { ServerTls } from '../../security/tls-options.js'
import type { AdmitCandidate } from '../calls/admit.js'

/** What a `WorkerPool` can be told. All of it is optional; times are milliseconds. */
export interface WorkerPoolOptions {
  /** In errors, events and logs; default `pool-1`, `pool-2`, … */
  readonly name?: string
  /** Worker processes, at most 1024; default and 0: as many as the machine can run at once. */
  readonly breadth?: number
  /** Calls at a time in each worker; default 100, for work that waits. 1 for work that computes. */
  readonly concurrency?: number
  /** Calls that may wait; default 100 000. */
  readonly queueLimit?: number
  /** Where the pool listens for sessions as well, as `serve` does; default: it does not. 0: the system picks one. */
  readonly port?: number
  /** Default `'localhost'`. */
  readonly host?: string
  /** What sessions have to prove; default 32 random bytes, which its workers are told. */
  readonly authkey?: Key
  readonly tls?: ServerTls
  /** Imported by each worker before it takes work: URLs, paths from the working directory, package names. Default none. */
  readonly modules?: readonly (string | URL)[]
  /** Workers that have to be ready for the pool to open; default `breadth`. */
  readonly quorum?: number
  /** The most a worker may take to be ready; default 60 000. */
  readonly startupTimeoutMs?: number
  /** The most a call may wait for its start; default Infinity. */
  readonly startTimeoutMs?: number
  /** What leaving `withPool` or an `await using` block waits for accepted work; default 60 000. */
  readonly shutdownTimeoutMs?: number
  /** From a cancel to the kill, where one follows; 0: at once. Default 5000. */
  readonly graceMs?: number
  /** `'forceful'`, which needs `concurrency: 1`: a body that ignores its cancel costs its worker. Default `'cooperative'`. */
  readonly cancel?: 'cooperative' | 'forceful'
  /** The most bytes of one argument list, result or item; default 16 MiB. */
  readonly maxPayloadBytes?: number
  /** How far the producer of a stream may be ahead; default 16 items and 1 MiB. */
  readonly prefetch?: { readonly items?: number; readonly bytes?: number }
  /** Bodies in one worker that may wait for calls of their own; further calls run within their parent. Default 1000. */
  readonly maxSuspended?: number
  /**
   * Where calls wait, none runs, and nothing has come from a worker for 5 s, there is an event `deadlock` on `conc:worker` and a warning with who waits for
   * what; `'reject'` also ends the wait that began last with a `DeadlockError`, and the next one if that does not help. Default `'warn'`.
   */
  readonly onDeadlock?: 'warn' | 'reject'
  /** Pools inside of pools; default 4. */
  readonly maxPoolDepth?: number
  /** When a lost worker is replaced: after `minMs` (100), doubling to `maxMs` (5000); `budget` (5) losses within `windowMs` (30 000) fail its place. */
  readonly respawn?: {
    readonly minMs?: number
    readonly maxMs?: number
    readonly budget?: number
    readonly windowMs?: number
  }
  /** Calls after which a worker is replaced; default Infinity. */
  readonly maxTasksPerWorker?: number
  /** Memory beyond which a worker is replaced when its work is done; default Infinity. */
  readonly maxRssBytes?: number
  /** Workers that one task with the same arguments may cost before it is refused; default 3. */
  readonly poisonLimit?: number
  /** Labels of all workers, or of each by its number from 0; a call with `tags` runs where they are. Default none. */
  readonly tags?: readonly string[] | ((worker: number) => readonly string[])
  /** What `tags` of a call ask of its worker: `'all'` of them, or `'any'` one. Default `'all'`. */
  readonly tagMatch?: 'all' | 'any'
  /**
   * Asked once for each call and worker before one goes to the other; anything but `true`, and a throw, is a no. Where no worker is left
   * the call rejects with `NoWorkersError { reason: 'admit' }`, retryable and not started. Default: every worker takes every call.
   */
  readonly admit?: (candidate: AdmitCandidate) => boolean | Promise<boolean>
  /** Environment of the workers; default this process's. */
  readonly env?: NodeJS.ProcessEnv
  /** Arguments for the Node of all, or of each by its number from 0; default this process's, less those of the debugger. */
  readonly execArgv?: readonly string[] | ((worker: number) => readonly string[])
  /** Their working directory; default this process's. */
  readonly cwd?: string
  /**
   * What becomes of what they print: this process's output has it; it becomes log records, those of `console` with the task in whose body it was called;
   * or nobody sees it. Default `'inherit'`; with `onLog` or `port` records, which are printed here as long as nobody listens.
   */
  readonly console?: 'inherit' | 'capture' | 'silent'
  /** How much is told: of the workers and the pool at `'info'`, of each state of each call at `'debug'`. Default `'info'`, or what `printLogs` asks for. */
  readonly logLevel?: Level
  /** Told of each log record: of the pool, its workers and their tasks. What it throws is a warning of the process. */
  readonly onLog?: (record: LogRecord) => void
}

/** Every name that is known; another one is a mistake. */
export const knownOptions: string[] = [
  'name',
  'breadth',
  'concurrency',
  'queueLimit',
  'port',
  'host',
  'authkey',
  'tls',
  'modules',
  'quorum',
  'startupTimeoutMs',
  'startTimeoutMs',
  'shutdownTimeoutMs',
  'graceMs',
  'cancel',
  'maxPayloadBytes',
  'prefetch',
  'maxSuspended',
  'onDeadlock',
  'maxPoolDepth',
  'respawn',
  'maxTasksPerWorker',
  'maxRssBytes',
  'poisonLimit',
  'tags',
  'tagMatch',
  'admit',
  'env',
  'execArgv',
  'cwd',
  'console',
  'logLevel',
  'onLog',
]
