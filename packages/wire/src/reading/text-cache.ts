interface CachedText {
  readonly bytes: Uint8Array
  readonly text: string
}

// Keys come again and again. What peers can make it hold is bounded by its size and by the length of what goes in.
const slots = 1024
const cache: (CachedText | undefined)[] = new Array<CachedText | undefined>(slots).fill(undefined)

/** @returns the text, if it is ASCII and shorter than some tens of bytes; `undefined` for all other. */
export function cachedText(bytes: Uint8Array, start: number, length: number): string | undefined {
  if (length === 0) return ''
  const slot = slotOf(bytes, start, length)
  const known = cache[slot]
  if (known !== undefined && isSame(known.bytes, bytes, start, length)) return known.text
  return remember(slot, bytes, start, length)
}

function slotOf(bytes: Uint8Array, start: number, length: number): number {
  const first = bytes[start] as number
  const middle = bytes[start + (length >> 1)] as number
  const last = bytes[start + length - 1] as number
  return (first * 31 + middle * 17 + last * 7 + length * 131) % slots
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (known.length !== length) return false
  for (let index = 0; index < length; index++) {
    if (known[index] !== bytes[start + index]) return false
  }
  return true
}

function remember(
  slot: number,
  bytes: Uint8Array,
  start: number,
  length: number,
): string | undefined {
  for (let index = start; index < start + length; index++) {
    if ((bytes[index] as number) >= 0x80) return undefined
  }
  const copy = new Uint8Array(length)
  for (let index = 0; index < length; index++) copy[index] = bytes[start + index] as number
  const text = Buffer.from(copy.buffer).toString('latin1')
  cache[slot] = { bytes: copy, text }
  return text
}
