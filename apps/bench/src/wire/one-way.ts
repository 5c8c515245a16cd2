import { isDeepStrictEqual } from 'node:util'
import type { Goal, Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { type Codec, json, msgpackr, v8, wire } from './codecs.js'
import { payloads } from './payloads.js'

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
    prepare: async (count) => {
      const codec = await load()
      const work = way === 'encode' ? encoding(codec, make()) : decoding(codec, make())
      return () => work(count)
    },
  })
  const contestants = [
    row('msgpackr', 'floor', msgpackr),
    row('wire', 'ours', wire, { timesFloor }),
    row('v8', 'peer', v8, { timesFaster: 1 }),
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
