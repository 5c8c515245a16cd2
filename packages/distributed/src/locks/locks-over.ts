import { checkName, checkPositiveInteger } from '@conc/core/internal'
import { ask, checkWait } from './ask.js'
import type { LockInfo } from './lock-request.js'
import type { LockRoute } from './lock-route.js'
import type { Barrier, Locks, SharedEvent } from './locks.js'
import { NamedLock, NamedSemaphore, rwLockOver } from './named-locks.js'

/** The locks that a route leads to. */
export function locksOver(route: LockRoute, namespace?: string): Locks {
  if (namespace !== undefined) checkName('namespace', namespace)
  const whole = (name: string): string => {
    checkName('name', name)
    return namespace === undefined ? name : `${namespace}/${name}`
  }
  return {
    lock: (name) => new NamedLock(route, 'lock', whole(name)),
    rwLock: (name) => rwLockOver(route, whole(name)),
    semaphore: (name, permits) => {
      checkPositiveInteger('permits', permits)
      return new NamedSemaphore(route, whole(name), permits)
    },
    event: (name) => eventOver(route, whole(name)),
    barrier: (name, parties) => {
      checkPositiveInteger('parties', parties)
      return barrierOver(route, whole(name), parties)
    },
    inspect: async () => {
      const prefix = namespace === undefined ? '' : `${namespace}/`
      return (await ask(route, { op: 'inspect', namespace: prefix })) as readonly LockInfo[]
    },
  }
}

function eventOver(route: LockRoute, name: string): SharedEvent {
  const event = (action: 'set' | 'clear' | 'isSet'): Promise<unknown> =>
    ask(route, { op: 'event', name, action })
  return {
    set: async () => void (await event('set')),
    clear: async () => void (await event('clear')),
    isSet: async () => (await event('isSet')) === true,
    wait: (wait = {}) => {
      checkWait(wait)
      return ask(route, { op: 'eventWait', name }, wait) as Promise<undefined>
    },
  }
}

function barrierOver(route: LockRoute, name: string, parties: number): Barrier {
  return {
    wait: (wait = {}) => {
      checkWait(wait)
      return ask(route, { op: 'barrierWait', name, parties }, wait) as Promise<number>
    },
    reset: async () => void (await ask(route, { op: 'barrierReset', name, parties })),
  }
}
