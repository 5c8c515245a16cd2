const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
const invisible = /[\p{Mn}\p{Me}\p{Cf}]/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would obey
const control = /[\x00-\x1f\x7f-\x9f]/g

/** Columns that a text without colours takes. */
export function textWidth(text: string): number {
  let width = 0
  for (const symbol of text) width += invisible.test(symbol) ? 0 : wide.test(symbol) ? 2 : 1
  return width
}

/** The text, with `…` at its end where it would take more than `columns`. */
export function cut(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  let kept = ''
  let width = 1
  for (const symbol of text) {
    width += textWidth(symbol)
    if (width > columns) break
    kept += symbol
  }
  return columns < 1 ? '' : `${kept}…`
}

export function padded(text: string, columns: number, isRight = false): string {
  const space = ' '.repeat(Math.max(0, columns - textWidth(text)))
  return isRight ? space + text : text + space
}

/** In one line, without anything that a terminal would obey. */
export function plain(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(control, '')
}
