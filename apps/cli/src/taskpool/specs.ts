import type { CommandSpec, OptionSpec } from '../program/command-spec.js'

const options: readonly OptionSpec[] = [
  {
    flags: '-c, --command <line>',
    summary: 'send it, print the reply, end; repeatable',
    isRepeatable: true,
  },
  {
    flags: '--token-file <file>',
    summary: 'its first line is the token',
    fallback: 'CONC_CONTROL_TOKEN',
    completes: 'file',
  },
]

export const taskpoolSpecs: readonly CommandSpec[] = [
  {
    path: 'taskpool tcp',
    takes: '<host> <port>',
    summary: 'Talk to the control server of a TaskPool over TCP.',
    stdout: 'replies',
    options,
    example: 'conc taskpool tcp 127.0.0.1 8001 -c pool-size',
    load: () => import('./tcp-command.js'),
  },
  {
    path: 'taskpool unix',
    takes: '<path>',
    summary: 'Talk to the control server of a TaskPool over a Unix socket.',
    stdout: 'replies',
    options,
    example: 'conc taskpool unix ./pool.sock -c num-running',
    completes: 'file',
    load: () => import('./unix-command.js'),
  },
]
