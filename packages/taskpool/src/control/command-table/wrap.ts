/** The words of `text` in lines of at most `width`; a longer word stands alone. */
export function wrapped(text: string, width: number): string[] {
  return filled(text.split(' '), width)
}

/** The parts behind `head`, in lines that begin below the first part. */
export function hanging(head: string, parts: readonly string[], width: number): string {
  const indent = ' '.repeat(head.length)
  return head + filled(parts, width - head.length).join(`\n${indent}`)
}

function filled(parts: readonly string[], width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const part of parts) {
    if (line !== '' && line.length + 1 + part.length > width) {
      lines.push(line)
      line = part
    } else {
      line = line === '' ? part : `${line} ${part}`
    }
  }
  return [...lines, line]
}
