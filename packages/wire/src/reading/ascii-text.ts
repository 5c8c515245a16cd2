// From some length on, a call into native code costs less.
const mostBytes = 24

/** @returns the text, if it is ASCII and short; `undefined` for all other. */
export function asciiText(bytes: Uint8Array, start: number, length: number): string | undefined {
  if (length > mostBytes) return undefined
  const units = new Array<number>(length)
  for (let index = 0; index < length; index++) {
    const unit = bytes[start + index] as number
    if (unit >= 0x80) return undefined
    units[index] = unit
  }
  return String.fromCharCode.apply(String, units)
}
