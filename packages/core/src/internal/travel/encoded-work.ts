/** One value as bytes: the chunks in a row. */
export type Bytes = readonly Uint8Array[]

/** Where a call failed: before its body, in it, on the way of its value, or by a loss of what ran it. */
export type FailurePhase = 'reject' | 'body' | 'encode' | 'infra'

/** How a call ended that is passed on as bytes. An error is bytes of wire's `encodeError`. */
export type EncodedOutcome =
  | { readonly ok: true; readonly value: Bytes }
  | {
      readonly ok: false
      readonly phase: FailurePhase
      readonly started: boolean | 'unknown'
      readonly error: Bytes
    }
