import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { weave } from '../src/index.js'

interface Item {
  readonly how: 'value' | 'promise' | 'throws' | 'rejects'
  /** Turns of the event loop that its promise takes. */
  readonly turns: number
}

interface Outcome {
  readonly status: string
  readonly partial?: ReadonlyMap<number, string>
}

/** What was seen of one run over the items. */
interface Seen {
  readonly outcome: Outcome
  /** In the order in which they began. */
  readonly begun: number[]
  /** Those whose bodies had ended well when the run did. */
  readonly finished: ReadonlySet<number>
}

const items: fc.Arbitrary<Item[]> = fc.array(
  fc.record({
    how: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('value' as const, 'promise' as const) },
      { weight: 1, arbitrary: fc.constantFrom('throws' as const, 'rejects' as const) },
    ),
    turns: fc.nat(3),
  }),
  { maxLength: 12 },
)

/** @param options `workers` that are enough for all: a limit that never holds, and yet one to keep. */
async function mapped(list: readonly Item[], options: object, drain: boolean): Promise<Seen> {
  const begun: number[] = []
  const ended = new Set<number>()
  const body = ({ how, turns }: Item, index: number): unknown => {
    begun.push(index)
    if (how === 'throws') throw new Error(`${index}`)
    if (how === 'value') {
      ended.add(index)
      return `${index}`
    }
    return (async () => {
      for (let passed = 0; passed < turns; passed++) await turn()
      if (how === 'rejects') throw new Error(`${index}`)
      ended.add(index)
      return `${index}`
    })()
  }
  const settled = await weave()
    .each('a', list, options, (item, _deps, { index }) => body(item, index as number))
    .settle({ drain })
  const outcome = settled.tasks.a as Outcome
  return { outcome, begun, finished: new Set(ended) }
}

describe('each over items that nothing keeps from starting', () => {
  it('comes to what it comes to with a limit that never holds', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.boolean(), async (list, drain) => {
        const bare = await mapped(list, {}, drain)
        const limited = await mapped(list, { workers: 100 }, drain)
        expect(bare.begun).toEqual(limited.begun)
        const { partial, ...rest } = bare.outcome
        const { partial: least, ...expected } = limited.outcome
        expect(rest).toEqual(expected)
        for (const [index, value] of partial ?? []) {
          expect([value, bare.finished.has(index)]).toEqual([`${index}`, true])
        }
        // It may know of more: of what finished in the very microtasks in which the failure became known.
        const known = [...(partial?.keys() ?? [])]
        expect(known).toEqual(expect.arrayContaining([...(least?.keys() ?? [])]))
      }),
      { numRuns: 300 },
    )
  })
})
