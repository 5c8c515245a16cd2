import type { Transferable } from '@conc/core'

/** What `recv` and `tryGet` give: an item, or the end of the channel with the error it was closed with. */
export type Received<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly value: undefined; readonly error?: unknown }

/** How a channel ended. */
export interface End {
  readonly error?: unknown
}

/** When to give a wait up. Nothing has been taken or put then. */
export interface WaitOptions {
  /** Rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined
  /** Rejects with `ChannelTimeoutError`. Default: none. */
  readonly timeoutMs?: number | undefined
}

/** What is moved to the other thread instead of copied. In-process channels pass values as they are. */
export interface Moved {
  readonly transfer?: readonly Transferable[] | undefined
}

/** How a channel ends. */
export interface EndOptions {
  /** Readers get this error after the last item, instead of a plain end. */
  readonly error?: unknown
  /** Drops all items that nobody has taken yet, now. Default `false`. */
  readonly discard?: boolean | undefined
}

/** Items go in at one place and come out at another, first in, first out, each of them once. */
export interface Channel<Send, Recv = Send> extends AsyncIterable<Recv>, AsyncDisposable {
  readonly name: string
  /** How many items it holds that nobody has taken. */
  readonly capacity: number
  /** Items that `get()` would take now. */
  readonly size: number
  /**
   * Puts an item in. Over capacity it waits in line.
   *
   * @returns when the item is accepted: there was room or, at capacity 0, somebody took it. Rejects with
   * `ChannelClosedError`, `signal.reason`, `ChannelTimeoutError` or `SerializationError`; ignoring it is allowed.
   */
  put(value: Send, options?: WaitOptions & Moved): Promise<void>
  /** Puts an item in if it is accepted at once. @throws {ChannelClosedError} */
  tryPut(value: Send, options?: Moved): boolean
  /** Takes the next item. After the last one it rejects with `ChannelClosedError` or the error of the channel. */
  get(options?: WaitOptions): Promise<Recv>
  /** Takes the next item. After the last one it says `{ ok: false, error? }`. */
  recv(options?: WaitOptions): Promise<Received<Recv>>
  /** Takes an item that is there now; `undefined`: there is none yet. */
  tryGet(): Received<Recv> | undefined
  /** Whether more may come or go. Items may still be there when it is `false`. */
  alive(): boolean
  /** Ends it: what was put still arrives, then the end or `error`. Later puts reject. Any number of times. */
  close(options?: EndOptions): void
  /** Ends this end's direction only. */
  closeWrite(): void
}

/** How to wait without the event loop. */
export interface SyncOptions {
  /** Throws `ChannelTimeoutError`. Default: none. */
  readonly timeoutMs?: number
  /** Blocks the main thread without a `timeoutMs`. Default `false`. */
  readonly allowMainThread?: boolean
}

/** One end of a channel between two threads. Values are structured clones. */
export interface LinkedChannel<Send, Recv> extends Channel<Send, Recv> {
  /** Blocks this thread until there is an item. */
  getSync(options?: SyncOptions): Recv
  /** Blocks this thread until the item is accepted. */
  putSync(value: Send, options?: SyncOptions & Moved): void
}
