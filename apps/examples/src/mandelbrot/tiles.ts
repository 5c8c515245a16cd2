import { type Task, task } from '@conc/core'
import { colourOf } from './palette.js'

/** What is drawn, and in how many points. */
export interface View {
  /** The middle of the picture in the complex plane, and how wide it is there. */
  readonly re: number
  readonly im: number
  readonly span: number
  readonly width: number
  readonly height: number
  /** Steps after which a point counts as inside. */
  readonly depth: number
}

export interface Tile {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Red, green and blue of each point, line by line. */
  readonly pixels: Uint8Array
  /** Which process drew it. */
  readonly pid: number
}

export const tileSize = 64

/** Draws the row of tiles that begins at line `y`, one tile after the other: nobody waits for the last one to see the first. */
export const drawRow: Task<[View, number], AsyncGenerator<Tile, void, undefined>> = task(
  'mandelbrot/row',
  async function* (view: View, y: number) {
    for (let x = 0; x < view.width; x += tileSize) yield draw(view, x, y)
  },
)

function draw(view: View, x: number, y: number): Tile {
  const width = Math.min(tileSize, view.width - x)
  const height = Math.min(tileSize, view.height - y)
  const pixels = new Uint8Array(width * height * 3)
  for (let line = 0; line < height; line++) {
    for (let column = 0; column < width; column++) {
      const colour = colourOf(stepsAt(view, x + column, y + line), view.depth)
      pixels.set(colour, (line * width + column) * 3)
    }
  }
  return { x, y, width, height, pixels, pid: process.pid }
}

/** How soon the point runs away, as a fraction too, so that colours have no edges. */
function stepsAt({ re, im, span, width, height, depth }: View, x: number, y: number): number {
  const cr = re + (x / width - 0.5) * span
  const ci = im + ((y - height / 2) / width) * span
  let [zr, zi] = [0, 0]
  for (let step = 0; step < depth; step++) {
    const [rr, ii] = [zr * zr, zi * zi]
    if (rr + ii > 256) return step + 1 - Math.log2(Math.log2(rr + ii) / 2)
    zi = 2 * zr * zi + ci
    zr = rr - ii + cr
  }
  return depth
}
