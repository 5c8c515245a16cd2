/** Why a text is no value of a parameter; the message follows `argument <name>: `. */
export class ValueError extends Error {
  static {
    ValueError.prototype.name = 'ValueError'
  }
}

/** How the text of an argument becomes a value. */
export interface ValueType {
  /** Shown in help. */
  readonly label: string
  /** @throws {ValueError} */
  read(text: string): unknown
}

export interface Positional {
  /** As it is shown, and the key of its value. */
  readonly name: string
  readonly arity: 'one' | 'optional' | 'any'
  readonly type: ValueType
  readonly help: string
}

export interface Option {
  readonly short: string
  readonly long: string
  /** The key of its value. */
  readonly name: string
  /** Absent for a flag, which takes no value and is `true` when given. */
  readonly value?: { readonly metavar: string; readonly type: ValueType }
  /** Shown in help. */
  readonly default: string
  readonly help: string
}
