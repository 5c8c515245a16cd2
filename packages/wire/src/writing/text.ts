/** Up to here a loop is faster than calls into native code. */
export const mostShort = 63

/** @returns where it ends, as UTF-8; -1 for lone surrogates, which UTF-8 cannot say. */
export function utf8Into(text: string, target: Uint8Array, start: number): number {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit >= 0x80) return wideInto(text, index, target, start + index)
    target[start + index] = unit
  }
  return start + text.length
}

/** From the first character on that is not ASCII. */
function wideInto(text: string, first: number, target: Uint8Array, start: number): number {
  let at = start
  for (let index = first; index < text.length; index++) {
    const point = text.codePointAt(index) as number
    if (point < 0x80) target[at++] = point
    else if (point < 0x800) {
      target[at++] = 0xc0 | (point >> 6)
      target[at++] = trailing(point)
    } else if (point < 0x10000) {
      if (isSurrogate(point)) return -1
      target[at++] = 0xe0 | (point >> 12)
      target[at++] = trailing(point >> 6)
      target[at++] = trailing(point)
    } else {
      index++
      target[at++] = 0xf0 | (point >> 18)
      target[at++] = trailing(point >> 12)
      target[at++] = trailing(point >> 6)
      target[at++] = trailing(point)
    }
  }
  return at
}

function trailing(bits: number): number {
  return 0x80 | (bits & 0x3f)
}

function isSurrogate(point: number): boolean {
  return point >= 0xd800 && point <= 0xdfff
}

/** The UTF-8 length of a text; -1 for lone surrogates. */
export function utf8Length(text: string): number {
  const length = Buffer.byteLength(text)
  return length === text.length || isWellFormed(text) ? length : -1
}

// In Node since 20, in the types of es2024 only.
function isWellFormed(text: string): boolean {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed()
}
