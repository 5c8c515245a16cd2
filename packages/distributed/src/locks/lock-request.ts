/** What can be asked of a lock host. Names are whole: namespace and name. */
export type LockRequest =
  | AcquireRequest
  | { readonly op: 'release'; readonly token: number }
  | { readonly op: 'downgrade'; readonly token: number }
  | { readonly op: 'event'; readonly name: string; readonly action: 'set' | 'clear' | 'isSet' }
  | { readonly op: 'eventWait'; readonly name: string }
  | { readonly op: 'barrierWait'; readonly name: string; readonly parties: number }
  | { readonly op: 'barrierReset'; readonly name: string; readonly parties: number }
  | { readonly op: 'inspect'; readonly namespace: string }
  /** The owner is gone, and whatever it holds or waits for with it. */
  | { readonly op: 'leave' }
  /** Somebody who holds or waits is alive. */
  | { readonly op: 'renew' }

export interface AcquireRequest {
  readonly op: 'acquire'
  readonly kind: HoldKind
  readonly name: string
  /** Permits that are wanted at once. */
  readonly amount: number
  /** All there are. */
  readonly permits: number
  /** Only if it can be had now. */
  readonly isTry: boolean
  /** What its own calls acquire of the same name is theirs too. */
  readonly delegate: boolean
}

export type HoldKind = 'lock' | 'read' | 'write' | 'semaphore'

/** What a request comes back with: a token, a truth, an index, nothing, the names that were left behind, or what `inspect` shows. */
export type LockReply = number | boolean | undefined | readonly string[] | readonly LockInfo[]

/** One name that somebody holds or waits for. */
export interface LockInfo {
  readonly name: string
  readonly kind: 'lock' | 'rwLock' | 'semaphore' | 'event' | 'barrier'
  readonly holders: readonly LockUser[]
  readonly waiters: readonly LockUser[]
}

/** Who holds a name, or waits for it. */
export interface LockUser {
  /** Of the task, or of the single acquisition outside of tasks. */
  readonly id: string
  readonly task?: string
  readonly token?: number
}

/** Whoever holds and waits. */
export interface LockOwner {
  readonly id: string
  readonly task?: string | undefined
  /** The owner that it is gone with. */
  readonly within?: string | undefined
  /** The tasks it was called from, innermost first. */
  ancestors(): Iterable<string>
  /** The tasks it waits for. */
  awaited(): Iterable<string>
}
