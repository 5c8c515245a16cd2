import type { ContestantResult, PathResult } from './judge.js'
import type { Metric, Path } from './suite.js'

/** One path as text: a row per contestant, medians with quartiles, ratios, goals, notes. */
export function renderPath(path: Path, result: PathResult): string {
  const rows = [header(path), ...result.contestants.map((one) => row(path, one))]
  const [first, ...rest] = align(rows)
  const notes = result.contestants.flatMap(({ name, note }) => (note ? [`  ${name}: ${note}`] : []))
  return [
    `${result.name}: ${result.title}`,
    `  ${first}`,
    ...rest.map((line) => `  ${line}`),
    ...notes,
    '',
  ].join('\n')
}

function header({ metrics, unit }: Path): string[] {
  return [
    '',
    ...metrics.map(({ label }) => `${label}/${unit} [q1 q3]`),
    ...metrics.map(({ label }) => `x floor (${label.split(' ')[0]})`),
    'x ours',
    'goal',
  ]
}

function row(path: Path, one: ContestantResult): string[] {
  if (one.error !== undefined) return [one.name, `failed: ${one.error}`]
  return [
    one.role === 'ours' ? `* ${one.name}` : one.name,
    ...path.metrics.map((metric) => figure(one, metric)),
    ...path.metrics.map(({ key }) => ratio(one.timesFloor?.[key])),
    ratio(one.timesOurs?.[path.judgedBy]),
    goal(one),
  ]
}

function figure({ figures }: ContestantResult, { key, digits }: Metric): string {
  const spread = figures[key]
  if (!spread) return ''
  const [median, q1, q3] = [spread.median, spread.q1, spread.q3].map((n) => n.toFixed(digits))
  return q1 === q3 ? `${median}` : `${median} [${q1} ${q3}]`
}

function ratio(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(2)
}

function goal({ goal }: ContestantResult): string {
  return goal ? `${goal.text}: ${goal.met ? 'met' : 'NOT MET'}` : ''
}

/** Pads every column to its widest cell; a row that ends early (an error) does not widen its column. */
function align(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]?.length ?? 0
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(
      ...rows.map((cells) =>
        cells.length < columns && column > 0 ? 0 : (cells[column]?.length ?? 0),
      ),
    ),
  )
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
