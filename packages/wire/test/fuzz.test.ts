import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ProtocolError, SerializationError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { decode, encode } from '../src/index.js'
import { bytesOf } from './fixtures/frames.js'
import { mutated, randomFrom } from './fixtures/mutations.js'
import { seedValues } from './fixtures/seed-values.js'

/** `WIRE_FUZZ_FRAMES=1000000` for the long run, `WIRE_FUZZ_SEED` for another one. */
const count = Number(process.env.WIRE_FUZZ_FRAMES ?? 100_000)
const seed = Number(process.env.WIRE_FUZZ_SEED ?? 1)

const builtins = [
  Object,
  Array,
  Function,
  Error,
  Map,
  Set,
  Date,
  String,
  Uint8Array,
  Buffer,
  Promise,
]

function prototypeKeys(): string {
  return builtins.map(({ prototype }) => Reflect.ownKeys(prototype).map(String).join()).join('; ')
}

/** Bytes in use once the garbage is gone. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // Once for the objects, twice for the buffers they leave to be swept.
  for (let round = 0; round < 3; round++) collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** @returns whether the frame was a value. What decodes must be what `encode` accepts. */
function outcome(frame: Buffer): boolean {
  let value: unknown
  try {
    value = decode(frame)
  } catch (error) {
    if (error instanceof SerializationError || error instanceof ProtocolError) return false
    throw error
  }
  encode(value, { maxBytes: 64 * frame.byteLength + 65_536 })
  return true
}

function check(frame: Buffer, at: number): boolean {
  try {
    return outcome(frame)
  } catch (error) {
    const what = `frame ${at} of seed ${seed}: ${frame.subarray(0, 400).toString('hex')}`
    throw new Error(what, { cause: error })
  }
}

describe('decode', { timeout: 600_000 }, () => {
  it(`gives a value or a SerializationError for ${count} frames that were tampered with`, () => {
    const frames = seedValues.map((value) => bytesOf(value))
    const random = randomFrom(seed)
    const before = prototypeKeys()
    let values = 0
    let inUse = 0
    for (let at = 0; at < count; at++) {
      if (at === Math.floor(count / 10)) inUse = bytesInUse()
      if (check(mutated(frames, random), at)) values++
    }
    expect(prototypeKeys()).toBe(before)
    expect(bytesInUse() - inUse).toBeLessThan(4 * 2 ** 20)
    // Mutations that change nothing but a number or letter still give values; most give none.
    expect(values).toBeGreaterThan(count / 20)
    expect(values).toBeLessThan((count * 19) / 20)
  })

  it('gives a value or a SerializationError for any bytes', () => {
    const random = randomFrom(seed)
    for (let at = 0; at < count / 10; at++) {
      check(Buffer.from(Array.from({ length: random(60) }, () => random(256))), at)
    }
  })
})
