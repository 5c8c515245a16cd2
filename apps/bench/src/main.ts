import { machineLine, thisMachine } from './harness/machine.js'
import { collectResults, writeResults } from './harness/results.js'
import { openProcess } from './harness/session.js'
import { renderPath } from './harness/table.js'
import { type Options, parseOptions, UsageError, usage } from './options.js'
import { type Listener, runSuites } from './run-suites.js'
import { suites } from './suites.js'

const tables: Listener = {
  suite: ({ name, about }) => console.log(`== ${name}: ${about}\n`),
  path: (path, result) => console.log(renderPath(path, result)),
}

const silence: Listener = { suite: () => {}, path: () => {} }

async function main(words: readonly string[]): Promise<void> {
  if (words.includes('--help')) return console.log(usage)
  const options = parseOptions(words)
  const { json } = options
  if (json !== 'stdout') console.log(heading(options))
  const listener = json === 'stdout' ? silence : tables
  const results = await runSuites(suites, options, { open: openProcess, listener })
  if (json === 'no') return
  writeResults(collectResults(results, options), json === 'stdout' ? undefined : json.file)
}

function heading({ size }: Options): string {
  const isSmall = size === 'tiny' || size === 'quick'
  const warning = isSmall
    ? '\nSmall sizes: nothing has warmed up, so figures and goals say little.'
    : ''
  return `${machineLine(thisMachine())}${warning}\n`
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : error)
  process.exitCode = 1
})
