import fc from 'fast-check'

export interface MadeFrame {
  readonly type: number
  readonly flags: number
  readonly id: number
  readonly meta: Uint8Array
  readonly body: Uint8Array
}

export const madeFrame: fc.Arbitrary<MadeFrame> = fc.record({
  type: fc.integer({ min: 0, max: 255 }),
  flags: fc.integer({ min: 0, max: 255 }),
  id: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  meta: fc.uint8Array({ maxLength: 40 }),
  body: fc.oneof(
    { weight: 9, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    {
      weight: 1,
      arbitrary: fc
        .integer({ min: 60_000, max: 80_000 })
        .map((size) => new Uint8Array(size).fill(size)),
    },
  ),
})

/** A body in chunks, as encoders give them. */
export function cut(body: Uint8Array, at: number): Uint8Array[] {
  const where = body.byteLength === 0 ? 0 : at % body.byteLength
  return [body.subarray(0, where), body.subarray(where)]
}

export function plain(frame: MadeFrame): Record<string, unknown> {
  return {
    ...frame,
    meta: Buffer.from(frame.meta).toString('hex'),
    body: Buffer.from(frame.body).toString('hex'),
  }
}
