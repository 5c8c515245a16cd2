import { duration, nonEmpty, oneOf, positive } from '../options/parsers.js'
import type { CommandSpec, OptionSpec } from '../program/command-spec.js'
import { redisOptions } from './redis-options.js'

const workerOptions: readonly OptionSpec[] = [
  {
    flags: '--engine <engine>',
    summary: 'bullmq; required',
    parse: oneOf('bullmq'),
    completes: ['bullmq'],
  },
  ...redisOptions,
  {
    flags: '-m, --module <module>',
    summary: 'tasks to load, at least one; repeatable',
    parse: nonEmpty,
    isRepeatable: true,
    completes: 'file',
  },
  {
    flags: '-c, --concurrency <n>',
    summary: 'jobs at a time',
    fallback: 'CPU cores',
    parse: positive,
  },
  {
    flags: '--shutdown-timeout <t>',
    summary: 'for running jobs after a signal',
    fallback: '30s',
    parse: duration,
  },
  {
    flags: '--signing-key-file <file>',
    summary: 'its first line signs and checks jobs',
    completes: 'file',
  },
]

export const bullmqSpecs: readonly CommandSpec[] = [
  {
    path: 'worker',
    summary: 'Run jobs of a queue, in the foreground.',
    stdout: 'the ready line',
    options: workerOptions,
    example: 'conc worker --engine bullmq --queue images --module ./tasks.mjs',
    load: () => import('./worker-command.js'),
  },
  {
    path: 'dlq ls',
    summary: 'List the failed jobs of a queue, the newest first.',
    stdout: 'a table, or JSON',
    options: [
      { flags: '--limit <n>', summary: 'at most so many', fallback: '50', parse: positive },
      ...redisOptions,
    ],
    example: 'conc dlq ls --queue images',
    load: () => import('./dlq-ls-command.js'),
  },
  {
    path: 'dlq retry',
    takes: '<id...>',
    summary: 'Put failed jobs into the queue again.',
    stdout: 'the ids',
    options: redisOptions,
    example: 'conc dlq retry 17 18 --queue images',
    load: () => import('./dlq-retry-command.js'),
  },
  {
    path: 'dlq rm',
    takes: '<id...>',
    summary: 'Forget failed jobs.',
    stdout: 'the ids',
    options: redisOptions,
    example: 'conc dlq rm 17 --queue images',
    load: () => import('./dlq-rm-command.js'),
  },
]
