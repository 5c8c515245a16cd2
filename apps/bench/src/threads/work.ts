/** What all contestants do on their threads. */

export function add(a: number, b: number): number {
  return a + b
}

/** Keeps a core busy for about a millisecond. */
export function spin(seed: number): number {
  const end = performance.now() + 1
  let value = seed
  while (performance.now() < end) value = (value * 48_271) % 2_147_483_647
  return value
}

/** Writes into the bytes, so that they have to be there. */
export function stamp(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  bytes[0] = 7
  return bytes
}
