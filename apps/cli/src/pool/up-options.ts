import { keyOptions } from '../options/key-options.js'
import { count, duration, nonEmpty, port, positive, size } from '../options/parsers.js'
import type { OptionSpec } from '../program/command-spec.js'

export const upOptions: readonly OptionSpec[] = [
  {
    flags: '-H, --host <host>',
    summary: 'where to listen',
    fallback: 'localhost: 127.0.0.1',
    parse: nonEmpty,
  },
  {
    flags: '-p, --port <port>',
    summary: 'its port; 0: any that is free',
    fallback: '0',
    parse: port,
  },
  {
    flags: '-b, --breadth <n>',
    summary: 'worker processes',
    fallback: '0: CPU cores',
    parse: count,
  },
  {
    flags: '-m, --module <module>',
    summary: 'tasks to load: a path or a package, repeatable',
    parse: nonEmpty,
    isRepeatable: true,
    completes: 'file',
  },
  {
    flags: '-c, --concurrency <n>',
    summary: 'tasks at a time in each worker',
    fallback: '100',
    parse: positive,
  },
  {
    flags: '-n, --name <name>',
    summary: 'in lists and logs',
    fallback: 'pool-<port>',
    parse: nonEmpty,
  },
  ...keyOptions,
  { flags: '--tls-cert <pem>', summary: 'certificate: TLS', completes: 'file' },
  { flags: '--tls-key <pem>', summary: 'its key', completes: 'file' },
  { flags: '--tls-ca <pem>', summary: 'authorities of clients', completes: 'file' },
  { flags: '--mtls', summary: 'clients need a certificate of --tls-ca' },
  { flags: '--insecure', summary: 'open to others without key or TLS' },
  {
    flags: '--quorum <n>',
    summary: 'workers ready for the ready line',
    fallback: 'breadth',
    parse: positive,
  },
  {
    flags: '--startup-timeout <t>',
    summary: 'for a worker to be ready',
    fallback: '60s',
    parse: duration,
  },
  {
    flags: '--shutdown-timeout <t>',
    summary: 'for accepted work after a signal',
    fallback: '30s',
    parse: duration,
  },
  { flags: '--grace <t>', summary: 'from cancel to kill', fallback: '5s', parse: duration },
  {
    flags: '--idle-timeout <t>',
    summary: 'without session and work',
    fallback: 'off',
    parse: duration,
  },
  {
    flags: '--max-payload <size>',
    summary: 'of arguments, a result, an item',
    fallback: '16mb',
    parse: size,
  },
  { flags: '--queue-limit <n>', summary: 'waiting calls', fallback: '100000', parse: count },
  {
    flags: '--max-tasks-per-worker <n>',
    summary: 'then the worker is replaced',
    fallback: 'off',
    parse: positive,
  },
  {
    flags: '--max-rss <size>',
    summary: 'beyond it the worker is replaced',
    fallback: 'off',
    parse: size,
  },
  { flags: '--tag <tag>', summary: 'of all workers, repeatable', isRepeatable: true },
  {
    flags: '--inspect [port]',
    summary: 'debug workers, a port each from',
    fallback: '9229',
    parse: port,
  },
  { flags: '--cpu-prof <dir>', summary: 'write CPU profiles of the workers', completes: 'file' },
]

/** What `conc pool up` was given. */
export interface UpValues {
  readonly host?: string
  readonly port?: number
  readonly breadth?: number
  readonly module?: readonly string[]
  readonly concurrency?: number
  readonly name?: string
  readonly authkey?: string
  readonly authkeyFile?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsCa?: string
  readonly mtls?: boolean
  readonly insecure?: boolean
  readonly quorum?: number
  readonly startupTimeout?: number
  readonly shutdownTimeout?: number
  readonly grace?: number
  readonly idleTimeout?: number
  readonly maxPayload?: number
  readonly queueLimit?: number
  readonly maxTasksPerWorker?: number
  readonly maxRss?: number
  readonly tag?: readonly string[]
  readonly inspect?: number | true
  readonly cpuProf?: string
}
