import type { ContestantResult, PathResult } from '../harness/judge.js'
import type { Results } from '../harness/results.js'

const columns = ['work', 'ours', 'x floor', 'goal', 'peers, in multiples of ours']

/**
 * The figures of some paths as a Markdown table, and under it where they come from.
 *
 * @param wanted beginnings of path names of one suite; none means all.
 */
export function figureTable(results: Results, suite: string, wanted: readonly string[]): string {
  const paths = results.suites.find(({ name }) => name === suite)?.paths ?? []
  const chosen = paths.filter(
    ({ name }) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)),
  )
  if (chosen.length === 0) return `No figures of ${[suite, ...wanted].join(' ')} yet.`
  const rows = chosen.flatMap(rowsOf)
  return [
    row(columns),
    row(columns.map(() => '---')),
    ...rows.map(row),
    '',
    source(results, suite),
  ].join('\n')
}

/** One for each way of ours. */
function rowsOf(path: PathResult): string[][] {
  const ours = path.contestants.filter(({ role }) => role === 'ours')
  const [first] = ours
  return ours.map((one) => [
    ours.length > 1 ? `${path.title}: ${one.name}` : path.title,
    one.error ?? figureOf(path, one),
    ratio(one.timesFloor?.[path.judgedBy]),
    one.goal ? `${one.goal.text}${one.goal.met ? '' : ': missed'}` : '',
    one === first ? peersOf(path) : '',
  ])
}

function peersOf({ contestants, judgedBy }: PathResult): string {
  return contestants
    .filter(({ role, timesOurs }) => role === 'peer' && timesOurs !== undefined)
    .map((peer) => ({ name: peer.name, times: peer.timesOurs?.[judgedBy] ?? Number.NaN }))
    .sort((one, other) => one.times - other.times)
    .map(({ name, times }) => `${name} ${ratio(times)}`)
    .join(', ')
}

function figureOf({ judgedBy, unit }: PathResult, { figures }: ContestantResult): string {
  const median = figures[judgedBy]?.median ?? Number.NaN
  const [name, scale] = judgedBy.endsWith('Us') ? timeUnit(median) : ['bytes', 1]
  return `${short(median / scale)} ${name} a ${unit}${judgedBy === 'wallUs' ? ' (wall)' : ''}`
}

function timeUnit(us: number): [string, number] {
  return us >= 1000 ? ['ms', 1000] : ['us', 1]
}

function ratio(value: number | undefined): string {
  return value === undefined ? '' : short(value)
}

/** Three digits are more than a busy machine can tell apart. */
function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(value >= 10 ? 2 : 3)
}

function source({ machine, measuredAt }: Results, suite: string): string {
  const { cpu, cores, node } = machine
  const day = measuredAt.slice(0, 10)
  return `Medians of \`pnpm bench ${suite}\` on ${day}: ${cores} cores of ${cpu}, Node ${node}. CPU time unless it says wall.`
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
