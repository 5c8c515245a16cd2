import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type ExecutorName, elsewhere, executors, isExecutorName } from './executors.js'
import { UserError } from './user-error.js'

export interface AuditOptions {
  readonly root: string
  readonly on: ExecutorName
  readonly concurrency: number
  readonly isJson: boolean
  readonly isHelp: boolean
}

const names = [...Object.keys(executors), ...elsewhere].join(', ')
const lines = `${Object.keys(executors).join(', ')},\n                       ${elsewhere.join(', ')}`

export const help = `Audits the installed packages: sizes, licences, versions, repeated content.

Usage: pnpm quickstart [options]

  --dir <path>         folder that has the node_modules (default: this one)
  --on <executor>      where the files are hashed (default: inline), one of
                       ${lines}
  --concurrency <n>    packages in work at a time (default: 8)
  --json               print one JSON document instead of the report
  --help               print this

Example: pnpm quickstart --dir ../shop --on pool --concurrency 16
`

/** @throws {UserError} an unknown option, or a value that the option does not take. */
export function readOptions(argv: readonly string[]): AuditOptions {
  const { dir, on, concurrency, json, help } = parse(argv)
  if (!isExecutorName(on)) {
    throw new UserError(`Expected --on to be one of ${names}, got '${on}'.`)
  }
  return {
    root: folderOf(dir),
    on,
    concurrency: positiveInteger('--concurrency', concurrency),
    isJson: json,
    isHelp: help,
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      // pnpm passes on the `--` that some write before the options of a script.
      args: argv.filter((arg) => arg !== '--'),
      options: {
        dir: { type: 'string', default: '' },
        on: { type: 'string', default: 'inline' },
        concurrency: { type: 'string', default: '8' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    // Node adds advice about `--` after the first sentence; nothing here takes positional arguments.
    const [sentence = ''] = (error as Error).message.split(/\.\s/)
    throw new UserError(`${sentence}. See --help.`)
  }
}

/** pnpm runs its scripts in the project's root; a path that the user gave is seen from where they are. */
function folderOf(dir: string): string {
  if (dir === '') return process.cwd()
  return resolve(process.env.INIT_CWD ?? process.cwd(), dir)
}

function positiveInteger(option: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new UserError(`Expected ${option} to be a positive integer, got '${text}'.`)
}
