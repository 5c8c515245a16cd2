import type { Shape } from './shapes.js'
import { tag } from './tags.js'

/** Finds the shape that was announced under a number. */
export type FindShape = (id: number) => Shape

/** Reads what an `Encoder` wrote. */
export class Decoder {
  readonly #bytes: Buffer
  readonly #view: DataView
  readonly #shapeOf: FindShape
  /** Where the next value begins; after `decode`, where this one ended. */
  at = 0

  constructor(buffer: SharedArrayBuffer, shapeOf: FindShape) {
    this.#bytes = Buffer.from(buffer)
    this.#view = new DataView(buffer)
    this.#shapeOf = shapeOf
  }

  decode(): unknown {
    const tagged = this.#bytes[this.at++]
    switch (tagged) {
      case tag.object:
        return this.#record()
      case tag.int32:
        this.at += 4
        return this.#view.getInt32(this.at - 4, true)
      case tag.double:
        this.at += 8
        return this.#view.getFloat64(this.at - 8, true)
      case tag.latin1:
        return this.#text('latin1', 1)
      case tag.utf16:
        return this.#text('utf16le', 2)
      case tag.array:
        return this.#array()
      case tag.bigint:
        this.at += 8
        return this.#view.getBigInt64(this.at - 8, true)
      case tag.null:
        return null
      case tag.true:
        return true
      case tag.false:
        return false
      default:
        return undefined
    }
  }

  #record(): object {
    const keys = this.#shapeOf(this.#bytes[this.at++] as number)
    const record: Record<string, unknown> = {}
    for (let index = 0; index < keys.length; index++) {
      record[keys[index] as string] = this.decode()
    }
    return record
  }

  #array(): unknown[] {
    const length = this.#count()
    const items: unknown[] = []
    for (let index = 0; index < length; index++) items.push(this.decode())
    return items
  }

  #text(encoding: 'latin1' | 'utf16le', width: number): string {
    const length = this.#count() * width
    const start = this.at
    this.at += length
    return this.#bytes.toString(encoding, start, this.at)
  }

  #count(): number {
    this.at += 2
    return this.#view.getUint16(this.at - 2, true)
  }
}
