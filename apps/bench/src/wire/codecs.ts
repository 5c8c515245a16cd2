export interface Codec {
  encode(value: unknown): unknown
  decode(encoded: unknown): unknown
}

export async function wire(): Promise<Codec> {
  const { decode, encode } = await import('@conc/wire')
  return {
    encode: (value) => encode(value).chunks,
    // As it comes from a socket: in one piece, which the first call makes.
    decode: (encoded) => decode(joined(encoded as readonly Uint8Array[])),
  }
}

const pieces = new WeakMap<object, Uint8Array>()

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const known = pieces.get(chunks)
  if (known !== undefined) return known
  const bytes = Buffer.concat(chunks)
  pieces.set(chunks, bytes)
  return bytes
}

export async function msgpackr(): Promise<Codec> {
  const { Packr } = await import('msgpackr')
  const packr = new Packr({ useRecords: false, moreTypes: true })
  return {
    encode: (value) => packr.pack(value),
    decode: (encoded) => packr.unpack(encoded as Uint8Array) as unknown,
  }
}

export async function v8(): Promise<Codec> {
  const { deserialize, serialize } = await import('node:v8')
  return { encode: serialize, decode: (encoded) => deserialize(encoded as Uint8Array) as unknown }
}

export async function json(): Promise<Codec> {
  return {
    encode: (value) => Buffer.from(JSON.stringify(value)),
    decode: (encoded) => JSON.parse((encoded as Buffer).toString()) as unknown,
  }
}
