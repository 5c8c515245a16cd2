// Draws the Mandelbrot set: worker processes stream tiles, and each is in its place as soon as it has come.
import { writeFile } from 'node:fs/promises'
import { main } from '@conc/core'
import { withPool } from '@conc/distributed'
import { help, type RenderOptions, readOptions } from './mandelbrot/options.js'
import { Picture } from './mandelbrot/picture.js'
import { drawRow, tileSize } from './mandelbrot/tiles.js'

main(import.meta, async () => {
  const options = optionsOf(process.argv.slice(2))
  if (options === undefined) return
  const { out, workers, view } = options
  const picture = new Picture(view)
  const tilesOf = new Map<number, number>()

  const paint = async (y: number): Promise<void> => {
    // A row waits until a worker is free, and is then drawn a few tiles ahead of what is placed here.
    for await (const tile of drawRow(view, y)) {
      picture.place(tile)
      tilesOf.set(tile.pid, (tilesOf.get(tile.pid) ?? 0) + 1)
      tellProgress(picture)
    }
  }
  await withPool({ breadth: workers, concurrency: 1, prefetch: { items: 4 } }, async () => {
    await Promise.all(rowsOf(view.height).map(paint))
  })

  await writeFile(out, picture.toPng())
  const tiles = [...tilesOf.values()]
  const sum = tiles.reduce((all, some) => all + some, 0)
  console.log(`${out}: ${view.width} x ${view.height} in ${sum} tiles`)
  console.log(`tiles by worker: ${tiles.join(', ')}`)
})

function rowsOf(height: number): number[] {
  return Array.from({ length: Math.ceil(height / tileSize) }, (_, index) => index * tileSize)
}

function tellProgress({ progress }: Picture): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(`\r${Math.floor(progress * 100)} %${progress === 1 ? '\n' : ''}`)
}

/** `undefined` where there is nothing to draw. */
function optionsOf(argv: readonly string[]): RenderOptions | undefined {
  try {
    const options = readOptions(argv)
    if (options === undefined) console.log(help)
    return options
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 2
    return undefined
  }
}
