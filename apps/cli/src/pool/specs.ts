import { connectionOptions } from '../options/connection-options.js'
import { duration, pair, positive, whole } from '../options/parsers.js'
import type { CommandSpec, OptionSpec } from '../program/command-spec.js'
import { upOptions } from './up-options.js'

const watching: OptionSpec = {
  flags: '-w, --watch [interval]',
  summary: 'again and again, in place',
  fallback: '1s',
  parse: duration,
}

export const poolSpecs: readonly CommandSpec[] = [
  {
    path: 'pool up',
    summary: 'Run a pool of worker processes behind a port.',
    stdout: 'the ready line',
    options: upOptions,
    example: 'conc pool up --module ./tasks.mjs --name calm',
    more: [
      "  tasks.mjs: import { task } from '@conc/core'   (npm i @conc/core)",
      "             export const greet = task('demo/greet', (name) => 'Hello ' + name)",
      '  then, elsewhere: conc ping --name calm',
      '                   conc run demo/greet \'"Ada"\' --name calm',
      '                   conc pool status --name calm --watch',
      '                   conc pool down --name calm --wait',
    ],
    load: () => import('./up-command.js'),
  },
  {
    path: 'pool down',
    summary: 'Stop a pool; returns when its process has gone.',
    stdout: '`down finished=12 cancelled=3`',
    options: [
      { flags: '-w, --wait', summary: 'finish accepted work', fallback: 'off: cancel it' },
      {
        flags: '--timeout <t>',
        summary: 'then a wait turns into a cancel',
        fallback: 'none',
        parse: duration,
      },
      {
        flags: '--grace <t>',
        summary: 'from cancel to kill',
        fallback: "the pool's",
        parse: duration,
      },
      { flags: '--no-block', summary: 'return once the pool has understood' },
      ...connectionOptions,
    ],
    example: 'conc pool down --name calm --wait',
    load: () => import('./down-command.js'),
  },
  {
    path: 'pool status',
    summary: 'Show workers and load of a pool.',
    stdout: 'a table, or JSON',
    options: [
      watching,
      { flags: '--tasks', summary: 'its tasks, with their times' },
      { flags: '--locks', summary: 'its locks, who holds them and who waits' },
      ...connectionOptions,
    ],
    example: 'conc pool status --name calm --watch',
    load: () => import('./status-command.js'),
  },
  {
    path: 'pool ls',
    summary: 'List the pools of yours that run on this host.',
    stdout: 'a table, or JSON',
    options: [],
    example: 'conc pool ls --json',
    load: () => import('./ls-command.js'),
  },
  {
    path: 'ping',
    summary: 'Time a task that does nothing, through queue and worker.',
    stdout: '`Ping: 3 ms`',
    options: [
      { flags: '--count <n>', summary: 'how often', fallback: '1', parse: positive },
      { flags: '--interval <t>', summary: 'between two', fallback: '1s', parse: duration },
      { flags: '--shallow', summary: 'the server only, no worker' },
      ...connectionOptions,
    ],
    example: 'conc ping --name calm --count 3',
    load: () => import('./ping-command.js'),
  },
  {
    path: 'run',
    takes: '<task> [args...]',
    summary: 'Call a task of a pool. Arguments are JSON.',
    stdout: 'the result',
    options: [
      {
        flags: '--args-file <file>',
        summary: 'arguments as a JSON array; - is stdin',
        completes: 'file',
      },
      { flags: '--timeout <t>', summary: 'for the call', fallback: 'none', parse: duration },
      {
        flags: '--header <k=v>',
        summary: 'travels with it, repeatable',
        parse: pair,
        isRepeatable: true,
      },
      { flags: '--tag <t>', summary: 'of its worker, repeatable', isRepeatable: true },
      { flags: '--priority <n>', summary: 'higher first', fallback: '0', parse: whole },
      { flags: '--idempotency-key <k>', summary: 'a duplicate joins the first' },
      { flags: '--raw', summary: 'a string without its quotes' },
      ...connectionOptions,
    ],
    example: 'conc run demo/greet \'"Ada"\' --name calm',
    load: () => import('./run-command.js'),
  },
]
