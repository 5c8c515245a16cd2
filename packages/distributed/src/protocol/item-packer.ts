import type { Bytes } from '@conc/core/internal'
import { encodeInto } from '@conc/wire'
import { itemHeadBytes, packOf, sizeOf, writeItemHead } from './item-pack.js'
import { atTurnEnd } from './turn-end.js'

export interface ItemPackerInit {
  /** An item as bytes. @throws what cannot travel */
  encode(value: unknown): Bytes
  readonly maxItemBytes: number
  /** Takes a pack, which nobody changes any more. */
  tell(pack: Bytes): void
}

const firstRoom = 512
/** A pack that is full goes on its way, and an item larger than a quarter of that goes as it is. */
const mostRoom = 16 * 1024
const copiedBytes = mostRoom / 4
/** What `encodeInto` writes at most. */
const plainBytes = 66

/** The producer's end of the packs: the items that it makes in one turn are written into one, told at the end of the turn. */
export class ItemPacker {
  readonly #init: ItemPackerInit
  #room: Buffer | undefined
  #end = 0
  #isScheduled = false

  constructor(init: ItemPackerInit) {
    this.#init = init
  }

  /** @returns the size of the item in bytes. @throws what cannot travel; what was added before is told all the same */
  add(value: unknown): number {
    const room = this.#roomFor(plainBytes)
    const start = this.#end + itemHeadBytes
    const end = encodeInto(value, room, start)
    if (end !== undefined && end - start <= this.#init.maxItemBytes) {
      return this.#wrote(room, end - start)
    }
    return this.#addBytes(this.#init.encode(value))
  }

  /** Tells now what there is. */
  flush(): void {
    if (this.#room === undefined || this.#end === 0) return
    const pack = this.#room.subarray(0, this.#end)
    this.#room = undefined
    this.#end = 0
    this.#init.tell([pack])
  }

  #addBytes(item: Bytes): number {
    const size = sizeOf(item)
    if (size > copiedBytes) {
      this.flush()
      this.#init.tell(packOf(item))
      return size
    }
    const room = this.#roomFor(size)
    let at = this.#end + itemHeadBytes
    for (const chunk of item) {
      room.set(chunk, at)
      at += chunk.byteLength
    }
    return this.#wrote(room, size)
  }

  /** The item is in its place. */
  #wrote(room: Buffer, size: number): number {
    writeItemHead(room, this.#end, size)
    this.#end += itemHeadBytes + size
    if (!this.#isScheduled) {
      this.#isScheduled = true
      atTurnEnd(this.#endTurn)
    }
    return size
  }

  readonly #endTurn = (): void => {
    this.#isScheduled = false
    this.flush()
  }

  /** Where the next item goes, with room for one of that size at least. */
  #roomFor(size: number): Buffer {
    const least = this.#end + itemHeadBytes + size
    const room = this.#room
    if (room && least <= room.length) return room
    if (least > mostRoom) {
      this.flush()
      return this.#roomFor(size)
    }
    const larger = Buffer.allocUnsafe(roomBytes(least))
    if (room) larger.set(room.subarray(0, this.#end))
    this.#room = larger
    return larger
  }
}

function roomBytes(least: number): number {
  let bytes = firstRoom
  while (bytes < least) bytes *= 2
  return bytes
}
