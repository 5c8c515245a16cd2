import { encode } from 'fast-png'
import type { Tile, View } from './tiles.js'

/** A picture that is put together from tiles, in whatever order they come. */
export class Picture {
  readonly width: number
  readonly height: number
  readonly #pixels: Uint8Array
  #painted = 0

  constructor({ width, height }: Pick<View, 'width' | 'height'>) {
    this.width = width
    this.height = height
    this.#pixels = new Uint8Array(width * height * 3)
  }

  /** From 0 to 1. */
  get progress(): number {
    return this.#painted / (this.width * this.height)
  }

  place({ x, y, width, height, pixels }: Tile): void {
    for (let line = 0; line < height; line++) {
      const row = pixels.subarray(line * width * 3, (line + 1) * width * 3)
      this.#pixels.set(row, ((y + line) * this.width + x) * 3)
    }
    this.#painted += width * height
  }

  toPng(): Uint8Array {
    const { width, height } = this
    return encode({ width, height, data: this.#pixels, channels: 3 })
  }
}
