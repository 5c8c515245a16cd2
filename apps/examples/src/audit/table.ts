export type Rows = readonly (readonly string[])[]

/**
 * Rows as aligned lines. What does not fit is cut at the end, so the widest cell belongs into the last column.
 *
 * @param align one letter per column: `l` left, `r` right.
 * @param width Infinity for a pipe, where nothing is cut.
 */
export function table(rows: Rows, align: string, width: number): string[] {
  const widths = columnWidths(rows)
  return rows.map((row) => {
    const cells = row.map((cell, at) => pad(cell, widths[at] ?? 0, align[at]))
    return cut(`  ${cells.join('  ')}`.trimEnd(), width)
  })
}

/** `text` in at most `width` columns. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

/** `text` in lines of at most `width` columns, all but the first one indented. */
export function wrap(text: string, width: number, indent = '     '): string[] {
  const end = text.length <= width ? -1 : text.lastIndexOf(' ', width)
  if (end <= indent.length) return [text]
  return [text.slice(0, end), ...wrap(indent + text.slice(end + 1), width, indent)]
}

function columnWidths(rows: Rows): number[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.length)
    })
  }
  return widths
}

function pad(cell: string, width: number, align = 'l'): string {
  return align === 'r' ? cell.padStart(width) : cell.padEnd(width)
}
