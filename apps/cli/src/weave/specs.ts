import { connectionOptions } from '../options/connection-options.js'
import { duration, pair, positive } from '../options/parsers.js'
import type { CommandSpec, OptionSpec } from '../program/command-spec.js'
import { parseWhere } from './parse-where.js'

const inputOptions: readonly OptionSpec[] = [
  {
    flags: '--input <k=json>',
    summary: 'an input of the weave, repeatable',
    parse: pair,
    isRepeatable: true,
  },
  {
    flags: '--inputs-file <file>',
    summary: 'inputs as a JSON object; - is stdin',
    completes: 'file',
  },
]

const planSpec: CommandSpec = {
  path: 'weave plan',
  takes: '<module[#export]>',
  summary: 'Show the graph of a weave; nothing runs.',
  stdout: 'the plan as text, or as asked',
  options: [
    ...inputOptions,
    { flags: '--mermaid', summary: 'a Mermaid flowchart' },
    { flags: '--dot', summary: 'a Graphviz digraph' },
  ],
  example: "conc weave plan './flow.mjs#daily' --mermaid",
  more: [
    "  flow.mjs: import { weave } from '@conc/weave'   (npm i @conc/weave)",
    "            export const daily = weave().do('books', () => ['one', 'two'])",
    "              .do('count', ({ books }) => books.length)",
  ],
  completes: 'file',
  load: () => import('./plan-command.js'),
}

const runSpec: CommandSpec = {
  path: 'weave run',
  takes: '<module[#export]>',
  summary: 'Run a weave.',
  stdout: 'the task values by name, as JSON',
  options: [
    ...inputOptions,
    {
      flags: '--on <where>',
      summary: 'where declared tasks run, see below',
      fallback: 'inline',
      parse: parseWhere,
      completes: ['inline', 'threads', 'processes'],
    },
    {
      flags: '--only <task>',
      summary: 'this task and what it needs, repeatable',
      isRepeatable: true,
    },
    {
      flags: '--concurrency <n>',
      summary: 'tasks and items at a time',
      fallback: 'no limit',
      parse: positive,
    },
    { flags: '--timeout <t>', summary: 'for the whole run', fallback: 'none', parse: duration },
    {
      flags: '--report <file.html>',
      summary: 'write a page about the run',
      completes: 'file',
    },
    { flags: '--debug', summary: 'print the plan and each event' },
    ...connectionOptions.filter(({ flags }) => !/--(host|port|name) /.test(flags)),
  ],
  example: "conc weave run './flow.mjs#daily' --input day='\"mon\"' --on threads:4",
  more: [
    '  --on: inline, threads, threads:4, processes, processes:4, ws://localhost:5050',
    '  (a pool), wss://localhost:5050, redis://localhost:6379/default (a queue)',
  ],
  completes: 'file',
  load: () => import('./run-command.js'),
}

export const weaveSpecs: readonly CommandSpec[] = [planSpec, runSpec]
