const simpleEscapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

const stringEscape =
  /\\(?:u\{([\da-fA-F_]+)\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|([0-3]?[0-7]{1,2})|(\r\n|.)|$)/gs

/** The value of a string's text, as between its quotes. */
export function unescapeString(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(stringEscape, (_all, point, unit, byte, octal, other) => {
    const hex = point ?? unit ?? byte
    if (hex !== undefined) return character(Number.parseInt(hex, 16))
    if (octal !== undefined) return character(Number.parseInt(octal, 8))
    return /^[\r\n\u2028\u2029]/.test(other ?? '\n') ? '' : (simpleEscapes[other] ?? other)
  })
}

/** The name that an identifier's text means. */
export function unescapeName(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\u(?:\{([\da-fA-F]+)\}|([\da-fA-F]{4}))/g, (_all, point, unit) =>
    character(Number.parseInt(point ?? unit, 16)),
  )
}

/** The property key that a number's text means. */
export function numberKey(text: string): string {
  const digits = text.replaceAll('_', '')
  if (digits.endsWith('n')) return String(BigInt(digits.slice(0, -1)))
  // Sloppy code may still write octal numbers with a plain 0 in front.
  return String(/^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits))
}

function character(codePoint: number): string {
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : ''
}
