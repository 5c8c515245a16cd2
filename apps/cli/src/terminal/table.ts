import { cut, padded, plain, textWidth } from './text-width.js'

export interface Column<T> {
  /** With the unit, where there is one. */
  readonly heading: string
  readonly isRight?: boolean
  of(row: T): string | number
}

/**
 * Rows under headings; the last column is cut so that lines fit `columns`, the ones before it only where they alone are
 * too wide.
 *
 * @param columns Infinity: nothing is cut.
 */
export function table<T>(
  rows: readonly T[],
  shape: readonly Column<T>[],
  columns: number,
): readonly string[] {
  const lines = [
    shape.map(({ heading }) => heading),
    ...rows.map((row) => shape.map(({ of }) => plain(String(of(row))))),
  ]
  const widths = shape.map((_, at) => Math.max(...lines.map((cells) => textWidth(cells[at] ?? ''))))
  return lines.map((cells) => {
    const last = cells.length - 1
    const before = cells
      .slice(0, last)
      .map((cell, at) => padded(cell, widths[at] ?? 0, shape[at]?.isRight))
    const end = padded(cells[last] ?? '', shape[last]?.isRight ? (widths[last] ?? 0) : 0, true)
    return cut([...before, end].join('  ').trimEnd(), columns)
  })
}
