import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LockHost } from '../../src/locks/lock-host.js'
import type { AcquireRequest, LockOwner, LockReply } from '../../src/locks/lock-request.js'

function owner(id: string, ancestors: string[] = [], awaited: string[] = []): LockOwner {
  return { id, ancestors: () => ancestors, awaited: () => awaited }
}

function acquire(name: string, more: Partial<AcquireRequest> = {}): AcquireRequest {
  const usual = { amount: 1, permits: 1, isTry: false, delegate: false }
  return { op: 'acquire', kind: 'lock', name, ...usual, ...more }
}

/** What came of one request. */
class Asked {
  reply: LockReply | 'nothing yet' = 'nothing yet'
  error: unknown
  giveUp: () => void = () => {}

  get isGranted(): boolean {
    return typeof this.reply === 'number'
  }
}

function ask(host: LockHost, request: Parameters<LockHost['request']>[0], who: LockOwner): Asked {
  const asked = new Asked()
  asked.giveUp = host.request(request, who, {
    granted: (reply) => {
      asked.reply = reply
    },
    refused: (error) => {
      asked.error = error
    },
  })
  return asked
}

type Step =
  | { readonly acquire: number; readonly amount: number }
  | { readonly release: number }
  | { readonly leave: number }
  | { readonly die: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ acquire: fc.nat(2), amount: fc.integer({ min: 1, max: 2 }) }),
  },
  { weight: 4, arbitrary: fc.record({ release: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ leave: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ die: fc.nat(20) }) },
)

interface Line {
  readonly holders: Entry[]
  readonly waiters: Entry[]
}

interface Entry {
  readonly who: LockOwner
  readonly asked: Asked
  readonly amount: number
}

describe('LockHost', () => {
  it('grants semaphores as a queue of them would, whoever releases, leaves or dies', () => {
    const permits = 3
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const host = new LockHost()
        const lines = new Map<number, Line>([0, 1, 2].map((n) => [n, { holders: [], waiters: [] }]))
        const used = ({ holders }: Line): number =>
          holders.reduce((sum, { amount }) => sum + amount, 0)
        const drain = (line: Line): void => {
          for (let next = line.waiters[0]; next; next = line.waiters[0]) {
            if (used(line) + next.amount > permits) return
            line.waiters.shift()
            line.holders.push(next)
          }
        }
        const all = (): [Line, Entry, 'holders' | 'waiters'][] =>
          [...lines.values()].flatMap((line) =>
            (['holders', 'waiters'] as const).flatMap((where) =>
              line[where].map((entry): [Line, Entry, typeof where] => [line, entry, where]),
            ),
          )
        let owners = 0
        let last = 0
        for (const one of steps) {
          if ('acquire' in one) {
            const line = lines.get(one.acquire) as Line
            const who = owner(`${++owners}`)
            const { amount } = one
            const request = acquire(`s${one.acquire}`, { kind: 'semaphore', amount, permits })
            line.waiters.push({ who, asked: ask(host, request, who), amount })
            drain(line)
          } else {
            const index = 'release' in one ? one.release : 'leave' in one ? one.leave : one.die
            const wanted = 'release' in one ? 'holders' : 'leave' in one ? 'waiters' : undefined
            const able = all().filter(([, , where]) => wanted === undefined || where === wanted)
            const found = able[index % Math.max(able.length, 1)]
            if (found === undefined) continue
            const [line, entry, where] = found
            line[where].splice(line[where].indexOf(entry), 1)
            if ('release' in one) {
              ask(host, { op: 'release', token: entry.asked.reply as number }, entry.who)
            } else if ('leave' in one) entry.asked.giveUp()
            else host.ownerGone(entry.who.id)
            drain(line)
          }
          for (const [, { asked }, where] of all()) {
            expect(asked.isGranted).toBe(where === 'holders')
          }
          const tokens = [...lines.values()].flatMap(({ holders }) =>
            holders.map(({ asked }) => asked.reply as number),
          )
          last = Math.max(last, ...tokens)
          expect(new Set(tokens).size).toBe(tokens.length)
        }
        for (const [, { who }] of all()) host.ownerGone(who.id)
        expect(host.size).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('gives tokens that grow, also after a restart', () => {
    const now = 1_700_000_000_000
    const first = new LockHost(() => now)
    const tokens = [1, 2, 3].map((n) => {
      const who = owner(`${n}`)
      const { reply } = ask(first, acquire('a'), who)
      first.ownerGone(who.id)
      return reply as number
    })
    const later = ask(new LockHost(() => now + 1), acquire('a'), owner('later')).reply as number
    expect([...tokens, later]).toEqual([...new Set([...tokens, later])].sort((a, b) => a - b))
  })

  it('lets many read, one write, and writers first', () => {
    const host = new LockHost()
    const read = (id: string): Asked => ask(host, acquire('rw', { kind: 'read' }), owner(id))
    const [one, two] = [read('r1'), read('r2')]
    const writer = ask(host, acquire('rw', { kind: 'write' }), owner('w1'))
    const late = read('r3')
    const second = ask(host, acquire('rw', { kind: 'write' }), owner('w2'))
    expect([one, two, writer, late].map(({ isGranted }) => isGranted)).toEqual([
      true,
      true,
      false,
      false,
    ])
    host.ownerGone('r1')
    host.ownerGone('r2')
    expect([writer, late, second].map(({ isGranted }) => isGranted)).toEqual([true, false, false])
    ask(host, { op: 'downgrade', token: writer.reply as number }, owner('w1'))
    expect([late, second].map(({ isGranted }) => isGranted)).toEqual([false, false])
    host.ownerGone('w1')
    expect([late, second].map(({ isGranted }) => isGranted)).toEqual([false, true])
    host.ownerGone('w2')
    expect(late.isGranted).toBe(true)
  })

  it('refuses the wait that closes a cycle, and names it', () => {
    const host = new LockHost()
    ask(host, acquire('a'), owner('1'))
    ask(host, acquire('b'), owner('2'))
    const first = ask(host, acquire('b'), owner('1'))
    const closing = ask(host, acquire('a'), owner('2'))
    expect(first.error).toBeUndefined()
    expect(closing.error).toMatchObject({ code: 'CONC_DEADLOCK', chain: ['2', 'a', '1', 'b', '2'] })
    expect(ask(host, acquire('a'), owner('1')).error).toMatchObject({ chain: ['1', 'a', '1'] })
    const child = owner('child', ['1'])
    const parent = owner('1', [], ['child'])
    const other = new LockHost()
    ask(other, acquire('a'), parent)
    expect(ask(other, acquire('a'), child).error).toMatchObject({ code: 'CONC_DEADLOCK' })
  })

  it('lets a try past nobody who waits', () => {
    const host = new LockHost()
    const some = { kind: 'semaphore', permits: 2 } as const
    ask(host, acquire('two', some), owner('one'))
    const both = ask(host, acquire('two', { ...some, amount: 2 }), owner('both'))
    const hasty = ask(host, acquire('two', { ...some, isTry: true }), owner('hasty'))
    expect(hasty).toMatchObject({ reply: undefined, error: undefined })
    both.giveUp()
    expect(ask(host, acquire('two', { ...some, isTry: true }), owner('hasty')).isGranted).toBe(true)
  })

  it('has 10 000 names, as long as somebody uses them', () => {
    const host = new LockHost()
    for (let name = 0; name < 10_000; name++) ask(host, acquire(`${name}`), owner(`${name}`))
    const first = owner('0')
    expect(ask(host, acquire('more'), first).error).toMatchObject({ code: 'CONC_LOCK' })
    expect(ask(host, acquire('1'), first).error).toBeUndefined()
    ask(host, { op: 'leave' }, first)
    expect(ask(host, acquire('more'), first).isGranted).toBe(true)
    expect(host.size).toBe(10_000)
  })

  it('shares what was delegated with the calls below, and with nobody else', () => {
    const host = new LockHost()
    const held = ask(host, acquire('a', { delegate: true }), owner('1', [], ['2']))
    const below = ask(host, acquire('a'), owner('2', ['1']))
    expect(below.reply).toBe(held.reply)
    ask(host, { op: 'release', token: below.reply as number }, owner('2', ['1']))
    const stranger = ask(host, acquire('a', { isTry: true }), owner('3'))
    expect(stranger.reply).toBeUndefined()
    const theft = ask(host, { op: 'release', token: held.reply as number }, owner('3'))
    expect(theft.error).toMatchObject({ code: 'CONC_LOCK' })
  })

  it('refuses a wait that a grant makes endless', () => {
    const host = new LockHost()
    const parent = owner('1', [], ['child'])
    ask(host, acquire('a'), owner('2'))
    const first = ask(host, acquire('a'), parent)
    const below = ask(host, acquire('a'), owner('child', ['1']))
    const behind = ask(host, acquire('a'), owner('3'))
    host.ownerGone('2')
    expect(first.isGranted).toBe(true)
    expect(below.error).toMatchObject({
      code: 'CONC_DEADLOCK',
      chain: ['child', 'a', '1', 'child'],
    })
    host.ownerGone('1')
    expect(behind.isGranted).toBe(true)
    host.ownerGone('3')
    expect(host.size).toBe(0)
  })

  it('refuses a reader that wants to write as well', () => {
    const host = new LockHost()
    ask(host, acquire('rw', { kind: 'read' }), owner('1'))
    const upgrade = ask(host, acquire('rw', { kind: 'write' }), owner('1'))
    expect(upgrade.error).toMatchObject({ code: 'CONC_LOCK' })
    expect(String(upgrade.error)).toMatch(/'rw' is held for reading by who wants to write/)
  })

  it('takes from an owner that is gone what those within it hold and wait for', () => {
    const host = new LockHost()
    const inside = { ...owner('inside', ['1']), within: '1' }
    ask(host, acquire('b'), owner('2'))
    ask(host, acquire('a'), inside)
    ask(host, acquire('b'), inside)
    expect(host.ownerGone('1')).toEqual(['a'])
    host.ownerGone('2')
    expect(host.size).toBe(0)
  })

  it('breaks a barrier for all when a party leaves, until it is reset', () => {
    const host = new LockHost()
    const come = (id: string): Asked =>
      ask(host, { op: 'barrierWait', name: 'b', parties: 2 }, owner(id))
    const both = [come('1'), come('2')]
    expect(both.map(({ reply }) => reply)).toEqual([0, 1])
    const one = come('1')
    host.ownerGone('1')
    expect(one.reply).toBe('nothing yet')
    expect(come('2').error).toMatchObject({ code: 'CONC_BROKEN_BARRIER' })
    ask(host, { op: 'barrierReset', name: 'b', parties: 2 }, owner('3'))
    expect([come('1'), come('2')].map(({ reply }) => reply)).toEqual([0, 1])
    expect(host.size).toBe(0)
  })
})
