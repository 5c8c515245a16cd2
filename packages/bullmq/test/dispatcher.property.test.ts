import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Dispatcher, type JobEnd, type JobWatcher } from '../src/submitter/dispatcher.js'

type Told = 'began' | 'gone' | JobEnd['kind']

class Watcher implements JobWatcher {
  readonly told: Told[] = []
  pauses = 0

  began(): void {
    this.told.push('began')
  }

  paused(): void {
    this.pauses++
  }

  progressed(): void {}

  ended({ kind }: JobEnd): void {
    this.told.push(kind)
  }

  gone(): void {
    this.told.push('gone')
  }

  get ends(): number {
    return this.told.filter((one) => one !== 'began').length
  }
}

const ids = ['a', 'b', 'c']
const anyEvent = fc.record({
  id: fc.constantFrom(...ids),
  event: fc.constantFrom('began', 'paused', 'completed', 'failed', 'removed', 'swept'),
})

/** What Redis would answer of each job when it is asked in the end. */
const completed: JobEnd = { kind: 'completed', result: { j: 1 } }

function tell(dispatcher: Dispatcher, { id, event }: { id: string; event: string }): void {
  if (event === 'began') dispatcher.began(id)
  else if (event === 'paused') dispatcher.paused(id)
  else if (event === 'failed') dispatcher.ended(id, { kind: 'failed', reason: 'no' })
  else if (event === 'removed') dispatcher.ended(id, { kind: 'removed' })
  else dispatcher.ended(id, completed)
}

describe('Dispatcher', () => {
  it('gives each job one end, however events are lost, doubled, reordered or late', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), fc.nat(20), (events, addAt) => {
        let now = 0
        const dispatcher = new Dispatcher(() => now)
        const watchers = new Map(ids.map((id) => [id, new Watcher()]))
        const add = (): void => {
          for (const [id, watcher] of watchers) dispatcher.add(id, watcher)
        }
        for (const [index, event] of events.entries()) {
          if (index === addAt) add()
          tell(dispatcher, event)
          expect(dispatcher.running).toBeLessThanOrEqual(dispatcher.size)
        }
        if (events.length <= addAt) add()
        // What nobody told is found by asking.
        now += 60_000
        for (const id of dispatcher.due()) dispatcher.ended(id, completed)
        for (const watcher of watchers.values()) expect(watcher.ends).toBe(1)
        expect([dispatcher.size, dispatcher.running]).toEqual([0, 0])
      }),
    )
  })

  it('tells every watcher of a job, and none that has left', () => {
    const dispatcher = new Dispatcher()
    const [stays, leaves] = [new Watcher(), new Watcher()]
    dispatcher.add('a', stays)
    dispatcher.began('a')
    dispatcher.add('a', leaves)
    expect(leaves.told).toEqual(['began'])
    expect(dispatcher.remove('a', leaves)).toBe(true)
    dispatcher.ended('a', completed)
    expect([stays.ends, leaves.ends]).toEqual([1, 0])
  })

  it('tells of a pause whose beginning was lost, and counts nobody twice', () => {
    const dispatcher = new Dispatcher()
    const watcher = new Watcher()
    dispatcher.add('a', watcher)
    dispatcher.paused('a')
    expect([watcher.pauses, dispatcher.running]).toEqual([1, 0])
    dispatcher.began('a')
    dispatcher.paused('a')
    dispatcher.paused('a')
    expect([watcher.pauses, dispatcher.running]).toEqual([3, 0])
  })

  it('asks about silent jobs after 2 s, then with pauses up to 10 s', () => {
    let now = 0
    const dispatcher = new Dispatcher(() => now)
    dispatcher.add('a', new Watcher())
    const asked: number[] = []
    for (now = 0; now <= 40_000; now += 1000) if (dispatcher.due().length > 0) asked.push(now)
    expect(asked).toEqual([2000, 6000, 14_000, 24_000, 34_000])
  })

  it('asks about all of them at once when events may have been missed', () => {
    const dispatcher = new Dispatcher(() => 1)
    for (const id of ids) dispatcher.add(id, new Watcher())
    expect(dispatcher.due()).toEqual([])
    dispatcher.doubt()
    expect(dispatcher.due()).toEqual(ids)
  })
})
