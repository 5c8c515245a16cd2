import { isDeepStrictEqual } from 'node:util'
import type { Goal, Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { type Codec, json, msgpackr, v8, wire } from './codecs.js'
import { payloads } from './payloads.js'

/**
 * Memory that was given back stays with glibc. Otherwise it depends on what lies behind a freed mebibyte whether the kernel takes
 * it and gives it again, page by page, which costs three times the copy; and that is what a contestant allocated long before.
 */
const keptMemory = { MALLOC_TRIM_THRESHOLD_: '268435456', MALLOC_MMAP_THRESHOLD_: '33554432' }

interface OneWay {
  readonly way: 'encode' | 'decode'
  readonly payload: keyof typeof payloads
  readonly about: string
  readonly items: number
  readonly timesFloor: number
}

/** The same value encoded, or decoded, again and again; the last result is looked at. */
export function oneWay({ way, payload, about, items, timesFloor }: OneWay): Path {
  const make = payloads[payload]
  const row = (
    name: string,
    role: TimedContestant<unknown>['role'],
    load: () => Promise<Codec>,
    goal?: Goal,
  ): TimedContestant<unknown> => ({
    name,
    role,
    ...(goal && { goal }),
    ...(payload === 'binary' && { env: keptMemory }),
    prepare: async (count) => {
      const codec = await load()
      const work = way === 'encode' ? encoding(codec, make()) : decoding(codec, make())
      return () => work(count)
    },
  })
  const contestants = [
    row('msgpackr', 'floor', msgpackr),
    row('wire', 'ours', wire, { timesFloor }),
    // What it decodes of binary is a copy of as many bytes: a pace to see, not one to beat.
    row(
      'v8',
      'peer',
      v8,
      payload === 'binary' && way === 'decode' ? undefined : { timesFaster: 1 },
    ),
  ]
  // JSON makes an object with an entry a number of a typed array.
  if (payload !== 'binary') contestants.push(row('JSON', 'peer', json))
  return timedPath<unknown>({
    name: `${way}/${payload}`,
    title: `${about}, ${way}d ${items} times`,
    unit: 'value',
    items,
    check: (output) => {
      if (!isDeepStrictEqual(output, make())) throw new Error('Another value came back.')
    },
    contestants,
  })
}

function encoding({ encode, decode }: Codec, value: unknown): (count: number) => unknown {
  const expected = decode(encode(value))
  return (count) => {
    let encoded: unknown
    for (let done = 0; done < count; done++) encoded = encode(value)
    return encoded === undefined ? undefined : expected
  }
}

function decoding({ encode, decode }: Codec, value: unknown): (count: number) => unknown {
  const encoded = encode(value)
  return (count) => {
    let decoded: unknown
    for (let done = 0; done < count; done++) decoded = decode(encoded)
    return decoded
  }
}
