import type { Bytes } from '@conc/core/internal'

/**
 * The body of a YIELD frame: `u32 size | item`, once for each item. Packs in a row are a pack, so that whoever passes them
 * on puts those of a turn together without looking at one.
 */
export const itemHeadBytes = 4

/** A pack of one item. */
export function packOf(item: Bytes): Bytes {
  return [headOf(sizeOf(item)), ...item]
}

/** How many bytes that is together. */
export function sizeOf(bytes: Bytes): number {
  if (bytes.length === 1) return (bytes[0] as Uint8Array).length
  return bytes.reduce((sum, chunk) => sum + chunk.byteLength, 0)
}

/** The size of the item that begins here; `undefined` where it is not all there. */
export function itemSizeAt(pack: Uint8Array, at: number): number | undefined {
  const end = at + itemHeadBytes
  if (end > pack.byteLength) return undefined
  const [low, second] = [pack[at] as number, pack[at + 1] as number]
  const [third, high] = [pack[at + 2] as number, pack[at + 3] as number]
  const size = (low | (second << 8) | (third << 16) | (high << 24)) >>> 0
  return end + size > pack.byteLength ? undefined : size
}

/** The sizes of its items in order; `undefined` where it is no pack. */
export function itemSizes(pack: Uint8Array): number[] | undefined {
  const sizes: number[] = []
  for (let at = 0; at < pack.byteLength; ) {
    const size = itemSizeAt(pack, at)
    if (size === undefined) return undefined
    sizes.push(size)
    at += itemHeadBytes + size
  }
  return sizes.length === 0 ? undefined : sizes
}

export function writeItemHead(target: Uint8Array, at: number, size: number): void {
  target[at] = size
  target[at + 1] = size >>> 8
  target[at + 2] = size >>> 16
  target[at + 3] = size >>> 24
}

function headOf(size: number): Uint8Array {
  const head = new Uint8Array(itemHeadBytes)
  writeItemHead(head, 0, size)
  return head
}
