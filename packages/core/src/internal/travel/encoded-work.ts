import type { ForwardedOptions } from '../calls/forwarded-options.js'

/** One value as bytes: the chunks in a row. */
export type Bytes = readonly Uint8Array[]

/** A call whose values are bytes already, so that whoever passes it on need not decode them. */
export interface EncodedCall {
  readonly task: string
  readonly version?: string
  /** The argument list. */
  readonly args: Bytes
  /** Context variables that are set, by name, each a value of its own. */
  readonly vars?: ReadonlyMap<string, Bytes>
  readonly options: EncodedOptions
  /** The call it was made in, and how many calls there are above it. */
  readonly parentId?: string
  readonly depth: number
  /** From 1. The policy of a `retry` is run by whoever submits: an attempt is a call of its own here. */
  readonly attempt: number
  /** Called when the body begins, before its outcome is known. */
  onStart?(worker: string | number | undefined): void
  onProgress?(data: Bytes): void
}

/** A caller may give `[follows]` beside a `signal` that is only made when it is read: the cheaper of the two. */
export type EncodedOptions = Omit<ForwardedOptions, 'retry' | 'transfer' | 'onProgress'>

/** Where a call failed: before its body, in it, on the way of its value, or by a loss of what ran it. */
export type FailurePhase = 'reject' | 'body' | 'encode' | 'infra'

/** How such a call ended. An error is bytes of wire's `encodeError`. */
export type EncodedOutcome =
  | { readonly ok: true; readonly value: Bytes }
  | {
      readonly ok: false
      readonly phase: FailurePhase
      readonly started: boolean | 'unknown'
      readonly error: Bytes
    }

/**
 * Under these keys an executor takes and gives bytes, and never decodes a body. A call resolves with its outcome, and
 * rejects only with `options.signal`'s own reason. A stream yields one item at a time, returns its end, and takes what
 * is sent in with `next` where it is a duplex.
 */
export const submitEncoded: unique symbol = Symbol.for('conc.submitEncoded') as never
export const streamEncoded: unique symbol = Symbol.for('conc.streamEncoded') as never

export interface EncodedExecutor {
  [submitEncoded](call: EncodedCall): Promise<EncodedOutcome>
  [streamEncoded](call: EncodedCall): AsyncGenerator<Bytes, EncodedOutcome, Bytes | undefined>
}

/** Whether `executor` passes bytes on undecoded. */
export function takesEncoded<E extends object>(executor: E): executor is E & EncodedExecutor {
  return submitEncoded in executor && streamEncoded in executor
}
