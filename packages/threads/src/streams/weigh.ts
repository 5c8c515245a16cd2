/** Roughly how many bytes a value takes on its way. Looks at the value and its direct properties only. */
export function weigh(value: unknown): number {
  if (typeof value !== 'object' || value === null) return weighPlain(value)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength
  let weight = 16
  for (const property of Object.values(value)) weight += weighPlain(property)
  return weight
}

function weighPlain(value: unknown): number {
  if (typeof value === 'string') return value.length * 2
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength
  return 8
}
