import { styleText } from 'node:util'
import { cut, type Rows, table } from './table.js'

const rowsShown = 25

/**
 * A heading with a table below it, of at most 25 rows; "none" where there are no rows.
 * `styleText` leaves the colour out where stdout is no terminal or `NO_COLOR` is set.
 */
export function section(title: string, align: string, rows: Rows, width: number): string {
  if (rows.length === 0) return `${styleText('bold', title)}: none`
  const lines = table(rows, align, width)
  const left = lines.length - rowsShown
  if (left > 0) lines.splice(rowsShown, left, cut(`  … and ${left} more (see --json)`, width))
  return [styleText('bold', cut(title, width)), ...lines].join('\n')
}
