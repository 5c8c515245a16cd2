import { type Options, parseOptions, UsageError, usage } from './options.js'
import { textOf } from './plan/composition.js'
import { planOf } from './plan/plan.js'
import type { RoundOptions } from './plan/round-options.js'
import type { RoundResult } from './round-process.js'
import { runRounds } from './run-rounds.js'

/** What is wrong with one call is often wrong with all. */
const shownFaults = 10

async function main(words: readonly string[]): Promise<void> {
  if (words.includes('--help')) return console.log(usage)
  const options = parseOptions(words, process.env)
  const failed = await runRounds(options, (seed, result) => print(seed, result, options))
  console.log(`${options.rounds} rounds, ${failed} with faults`)
  if (failed > 0) process.exitCode = 1
}

function print(seed: number, { faults, report, printed }: RoundResult, { round }: Options): void {
  const { composition, disturbances } = planOf(seed, round)
  const outcomes = Object.entries(report?.outcomes ?? {}).map(([name, n]) => `${n} ${name}`)
  console.log(`${seed} ${textOf(composition)}: ${outcomes.join(', ')}`)
  if (faults.length === 0) return
  for (const { rule, text } of faults.slice(0, shownFaults)) console.log(`  FAULT ${rule}: ${text}`)
  if (faults.length > shownFaults) console.log(`  and ${faults.length - shownFaults} more`)
  for (const { kind, atMs, forMs } of disturbances) console.log(`  ${atMs} ms ${kind} (${forMs})`)
  for (const line of printed) console.log(`  > ${line}`)
  console.log(`  again: node apps/fuzz/dist/main.js --seed ${seed} --rounds 1${wordsOf(round)}`)
}

/** The options that decide a round. */
function wordsOf({
  level,
  kinds,
  depth,
  redis,
  calls,
  disturbances,
  limitMs,
}: RoundOptions): string {
  const most = (name: string, n: number) => (n < Number.MAX_SAFE_INTEGER ? ` --${name} ${n}` : '')
  return [
    ` --level ${level} --kinds ${kinds.join(',')} --depth ${depth} --limit ${limitMs / 1000}`,
    redis === undefined ? '' : ` --redis ${redis}`,
    most('calls', calls),
    most('disturbances', disturbances),
  ].join('')
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : error)
  process.exitCode = 1
})
