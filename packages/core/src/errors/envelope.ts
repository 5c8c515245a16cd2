/** An error as plain data: what crosses threads, wires and queues. Made of values that all of them carry. */
export type EncodedError = ErrorEnvelope | ThrownValue

/** An error as plain data: what `encodeError` makes and `decodeError` takes. */
export interface ErrorEnvelope {
  readonly thrown: 'error'
  /** How the receiver finds the class: one of the language, a `DOMException`, a registered one, or none. */
  readonly kind: 'builtin' | 'dom' | 'registered' | 'other'
  readonly type: string
  /** The class of core that it is one of, where the receiver may not have its own. */
  readonly base?: string
  readonly name: string
  readonly message: string
  readonly stack?: string
  readonly fields?: Readonly<Record<string, unknown>>
  readonly cause?: EncodedError
  readonly errors?: readonly EncodedError[]
}

/** Something thrown that is no error. */
export interface ThrownValue {
  readonly thrown: 'value'
  readonly value: unknown
}

/** What an envelope holds at the most. Sizes are UTF-16 units. */
export const envelopeLimits: {
  readonly message: number
  readonly stack: number
  readonly causes: number
  readonly errors: number
  readonly nested: number
  readonly fieldDepth: number
  readonly fieldEntries: number
  readonly fieldText: number
} = Object.freeze({
  message: 65_536,
  stack: 32_768,
  causes: 16,
  errors: 100,
  /** Errors in one envelope altogether. */
  nested: 1_000,
  /** Depth, entries and text of own fields, together with what they contain. */
  fieldDepth: 8,
  fieldEntries: 1_000,
  fieldText: 65_536,
})

export const builtinErrors: Readonly<Record<string, ErrorConstructor>> = Object.freeze({
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError: AggregateError as unknown as ErrorConstructor,
})

/** A value as text; `undefined` for one that cannot be one. Never throws. */
export function textOf(value: unknown): string | undefined {
  try {
    return String(value)
  } catch {
    return undefined
  }
}

/** Anything thrown, for a message. Never throws. */
export function thrownText(thrown: unknown): string {
  return textOf(thrown) ?? 'something unreadable'
}
