import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { callAll } from '../threads/calls.js'
import { session, sessionAdd } from './callers.js'

/** A lock that nobody else wants, beside a call over the same kind of session. */
export function sessionLock(items: number): Path {
  return timedPath<number>({
    name: 'session/lock',
    title: 'a free lock over a socket, taken and given back',
    unit: 'time',
    items,
    isOnOneCore: true,
    check: (done, count) => {
      if (done !== count) throw new Error(`Expected ${count}, got ${done}.`)
    },
    contestants: [
      {
        name: 'a call over the session',
        role: 'floor',
        prepare: async (count) => {
          const add = await sessionAdd()
          return async () => (await callAll(add, count, 1)) / 2
        },
      },
      locker('lock.use()', { timesFloor: 1.5 }, (lock) => lock.use(nothing)),
      locker('acquire(), then release()', undefined, async (lock) => {
        const held = await lock.acquire()
        await held.release()
      }),
    ],
  })
}

type Lock = ReturnType<ReturnType<Awaited<ReturnType<typeof session>>['locks']>['lock']>

function locker(
  name: string,
  goal: TimedContestant<number>['goal'],
  once: (lock: Lock) => Promise<void>,
): TimedContestant<number> {
  return {
    name,
    role: 'ours',
    ...(goal && { goal }),
    prepare: async (count) => {
      const lock = (await session()).locks().lock('free')
      return async () => {
        for (let done = 0; done < count; done++) await once(lock)
        return count
      }
    },
  }
}

function nothing(): void {}
