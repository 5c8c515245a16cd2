import { Fault } from '../../coordinator/fault.js'
import type { PoolCall } from '../../coordinator/pool-call.js'
import { DeadlockError } from '../../errors.js'
import type { LockInfo, LockOwner, LockUser } from '../../locks/lock-request.js'

const mostLines = 50

/** Who waits for what, a line each: calls for those that they have made, and whoever waits for a name for those who hold it. */
export function waitLines(
  calls: Iterable<PoolCall>,
  locks: readonly LockInfo[],
  idOf: (call: PoolCall) => string,
): string[] {
  const lines = [...callLines(calls, locks, idOf), ...locks.flatMap(lockLines)]
  if (lines.length <= mostLines) return lines
  return [...lines.slice(0, mostLines), `and ${lines.length - mostLines} more`]
}

/** What the wait of `owner` is refused with. */
export function deadlockOf(owner: LockOwner, locks: readonly LockInfo[]): DeadlockError {
  const isWaitingFor = ({ waiters }: LockInfo): boolean => waiters.some(({ id }) => id === owner.id)
  const awaited = locks.filter(isWaitingFor)
  const holders = awaited.flatMap((info) => info.holders.map(({ id }) => id))
  const chain = [owner.id, ...awaited.map(({ name }) => name), ...holders]
  const text = `Nothing runs any more, and this wait began last: ${chain.join(' → ')}.`
  return new DeadlockError(text, { chain, ...(owner.task !== undefined && { task: owner.task }) })
}

/** What a call is refused with that waits for a worker. */
export function deadlockOfCall({ request }: PoolCall, id: string): Fault {
  const { task } = request
  const text = `Nothing runs any more, and task '${task}' waits for a worker that does not come.`
  return Fault.of(new DeadlockError(text, { chain: [id], task }))
}

function* callLines(
  calls: Iterable<PoolCall>,
  locks: readonly LockInfo[],
  idOf: (call: PoolCall) => string,
): Generator<string> {
  const inLine = new Set(locks.flatMap(({ waiters }) => waiters.map(({ id }) => id)))
  for (const call of calls) {
    const id = idOf(call)
    const who = `${call.request.task} (${id})`
    const children = call.children?.values() ?? []
    if (call.state === 'waiting') yield `${who} waits for a worker`
    else if (children.length > 0) {
      for (const child of children) yield `${who} → ${child.request.task} (${idOf(child)})`
    } else if (call.outstanding > 0 && !inLine.has(id)) {
      yield `${who} waits for something outside of the pool`
    }
  }
}

function lockLines({ name, kind, holders, waiters }: LockInfo): string[] {
  const held = holders.length === 0 ? '' : `, held by ${holders.map(userText).join(', ')}`
  return waiters.map((waiter) => `${userText(waiter)} → ${kind} '${name}'${held}`)
}

function userText({ id, task }: LockUser): string {
  return task === undefined || task === id ? id : `${task} (${id})`
}
