/** The UTF-8 length of a string; -1 where it has lone surrogates, which UTF-8 cannot say. */
export function utf8Length(text: string): number {
  return text.length < 64 ? countedLength(text) : nativeLength(text)
}

/** Short strings: cheaper here than a call into native code. */
function countedLength(text: string): number {
  let length = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    if (unit < 0x800) length += 1
    else if (unit < 0xd800 || unit > 0xdfff) length += 2
    else if (unit < 0xdc00 && isTrail(text.charCodeAt(++index))) length += 2
    else return -1
  }
  return length
}

function isTrail(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}

function nativeLength(text: string): number {
  const length = Buffer.byteLength(text)
  return length === text.length || isWellFormed(text) ? length : -1
}

// In Node since 20, in the types of es2024 only.
function isWellFormed(text: string): boolean {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed()
}
