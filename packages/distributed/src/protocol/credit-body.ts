import type { Credit } from './credit.js'

/** The body of a NEXT frame: u32 items | u32 bytes. */
export function encodeCredit({ items, bytes }: Credit): Uint8Array {
  const body = Buffer.allocUnsafe(8)
  body.writeUInt32LE(items, 0)
  body.writeUInt32LE(Math.min(bytes, 0xffff_ffff), 4)
  return body
}

export function decodeCredit(body: Uint8Array): Credit | undefined {
  if (body.byteLength !== 8) return undefined
  const view = new DataView(body.buffer, body.byteOffset, 8)
  return { items: view.getUint32(0, true), bytes: view.getUint32(4, true) }
}
