import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { View } from './tiles.js'

export interface RenderOptions {
  readonly out: string
  readonly workers: number
  readonly view: View
}

export const help = `Draws the Mandelbrot set on worker processes.

Usage: node apps/examples/dist/mandelbrot.js [options]

  --out <file>       the PNG (default: mandelbrot.png)
  --width <points>   default: 960; the height is two thirds of it
  --at=<re,im,span>  what is drawn (default: -0.7436,0.1318,0.012)
  --depth <n>        steps until a point counts as inside (default: 2000)
  --workers <n>      processes (default: one a core)
`

/** @throws {TypeError} an unknown option, or a value that it does not take. */
export function readOptions(argv: readonly string[]): RenderOptions | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      out: { type: 'string', default: 'mandelbrot.png' },
      width: { type: 'string', default: '960' },
      at: { type: 'string', default: '-0.7436,0.1318,0.012' },
      depth: { type: 'string', default: '2000' },
      workers: { type: 'string', default: `${availableParallelism()}` },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const width = positiveInteger('--width', values.width)
  const depth = positiveInteger('--depth', values.depth)
  return {
    out: values.out,
    workers: positiveInteger('--workers', values.workers),
    view: { ...placeOf(values.at), width, height: Math.ceil((width * 2) / 3), depth },
  }
}

function placeOf(text: string): Pick<View, 're' | 'im' | 'span'> {
  const [re, im, span, ...more] = text.split(',').map(Number)
  const isPlace = [re, im, span].every(Number.isFinite) && more.length === 0 && (span ?? 0) > 0
  if (!isPlace) {
    throw new TypeError(`Expected --at to be three numbers, the last one above 0, got '${text}'.`)
  }
  return { re, im, span } as Pick<View, 're' | 'im' | 'span'>
}

function positiveInteger(option: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new TypeError(`Expected ${option} to be a positive integer, got '${text}'.`)
}
