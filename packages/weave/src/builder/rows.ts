/**
 * The types behind the builder. It carries a union of rows, one per name; the record that a body receives is
 * computed from them on demand. (Intersections fail at 100 tasks with TS2589, nested mapped types at 60.)
 */

export type AnyIter<T> = Iterable<T> | AsyncIterable<T>
/** What `each` hands to its body, one at a time. */
export type ItemOf<S> =
  S extends Iterable<infer I> ? I : S extends AsyncIterable<infer J> ? J : never

/** Marks the row of a mapped task. */
export interface MapOver<I> {
  readonly item: I
}

/**
 * Name, resolved value, the names that the call before it made, and whether it is an input, a task or a mapped task.
 * Rows stay flat: rows within rows, or a name for the union of them, are gone through again for every task (TS2589 at
 * 50 tasks whose values are objects).
 */
export type Row = readonly [
  name: string,
  value: unknown,
  before: unknown,
  kind: 'in' | 'task' | MapOver<unknown>,
]

/** The record of all names and values. */
export type Env<P extends Row> = { readonly [E in P as E[0]]: E[1] }
/** The rows that are tasks. */
export type TaskRow<P extends Row> = Exclude<P, readonly [string, unknown, unknown, 'in']>
/** The rows that an object of inputs makes. */
export type InputRows<I> = {
  [K in keyof I & string]-?: readonly [K, I[K], never, 'in']
}[keyof I & string]
/** The value behind one name. */
export type ValueOf<P extends Row, K> = At<Env<P>, K>
type At<D, K> = K extends keyof D ? D[K] : never

type RowOf<P extends Row, K> = Extract<P, readonly [K, unknown, unknown, unknown]>
/** The rows that are mapped tasks. */
export type EachRow<P extends Row> = Extract<
  P,
  readonly [string, unknown, unknown, MapOver<unknown>]
>
type InRow<P extends Row> = Extract<P, readonly [string, unknown, unknown, 'in']>
/** What an override of `K` may ask for: what `K` could see, and every input. */
export type Seen<P extends Row, K> = RowOf<P, Exclude<Earlier<P, RowOf<P, K>[2]>, K>> | InRow<P>
/** `N` and all that was there before them. */
type Earlier<P extends Row, N, Found = never> = [N] extends [never]
  ? Found
  : Earlier<P, Exclude<RowOf<P, N>[2], Found | N>, Found | N>
/** The item that mapped task `K` maps. */
export type ItemIn<P extends Row, K> = Extract<RowOf<P, K>[3], MapOver<unknown>>['item']

/** What the bodies of an object make. */
export type Outputs<T> = {
  [K in keyof T]: T[K] extends (...args: never[]) => infer R ? Awaited<R> : never
}

/** Members of the result object, and names that are unsafe as keys. */
type ReservedName = 'final' | 'timings' | 'plan' | 'then' | 'constructor' | '__proto__'

/**
 * A bad name becomes a readable compile error. One `${K}` per template: two make a product of all names (TS2590
 * at 316 tasks).
 */
export type NewName<K extends string, P extends Row> = K extends ReservedName
  ? `'${K}' is reserved by the result object`
  : K extends P[0]
    ? `'${K}' already exists: use .override to replace it`
    : K

/** The name of something that can be mapped over. */
export type MapSource<S extends string, P extends Row> = SourceIn<Env<P>, S>
type SourceIn<D, S extends string> = S extends keyof D
  ? D[S] extends string
    ? NotMappable<S>
    : D[S] extends AnyIter<unknown>
      ? S
      : NotMappable<S>
  : `no earlier task or input is called '${S}'`
type NotMappable<S extends string> = `'${S}' is not an iterable (strings do not count)`

/** Inputs that may be given: their names are not reserved. */
export type FreeNames<I> = I extends abstract new (
  ...args: never[]
) => unknown
  ? 'a task of this class asks for a value of the wrong type'
  : {
      readonly [K in keyof I]: K extends ReservedName ? 'reserved by the result object' : unknown
    }

/** Values for inputs that were declared, or for new ones; never for tasks. */
export type BoundInputs<I, Need, P extends Row> = {
  readonly [K in keyof I]: K extends keyof Need
    ? Need[K]
    : K extends TaskRow<P>[0] | ReservedName
      ? `'${K & string}' is the name of a task or reserved`
      : K extends P[0]
        ? ValueOf<P, K>
        : unknown
}

/** The rows of new inputs; names that exist keep their row. */
export type NewInputRows<I, P extends Row> = Exclude<
  InputRows<I>,
  readonly [P[0], unknown, unknown, unknown]
>
/** What is still owed when `I` was given. */
export type Owed<Need, I> = [Need] extends [undefined] ? undefined : Omit<Need, keyof I>

/** Declared inputs come first, always; without `.input()` there is only the options argument. */
export type RunArgs<Need, O, Kind extends 'optional' | 'required' = 'optional'> = [Need] extends [
  undefined,
]
  ? OptionsArg<O, Kind>
  : Kind extends 'required'
    ? object extends Need
      ? [inputs: Need | undefined, options: O]
      : [inputs: Need, options: O]
    : object extends Need
      ? [inputs?: Need, options?: O]
      : [inputs: Need, options?: O]
type OptionsArg<O, Kind> = Kind extends 'required' ? [options: O] : [options?: O]
