import type { InputRows, MapOver } from '../builder/rows.js'
import type { Weave } from '../builder/weave-type.js'
import type { WeaveContext } from '../run/weave-context.js'
import type { EachField } from './each-field.js'

// biome-ignore-start lint/suspicious/noExplicitAny: types of methods are read, whatever they take
type TaskMethod = (deps: any, ctx: WeaveContext) => unknown
export type AnyEachField = EachField<any, any, any>

/** The tasks of a class template: public methods, function fields and `each` fields; not `_name` and plain values. */
export type TaskNames<C> = {
  [K in keyof C]: K extends `_${string}`
    ? never
    : C[K] extends TaskMethod | AnyEachField
      ? K
      : never
}[keyof C] &
  string

type Out<F> =
  F extends EachField<any, any, infer R>
    ? Awaited<R>[]
    : F extends (...args: any) => infer R
      ? Awaited<R>
      : never
type Outs<C> = { readonly [K in TaskNames<C>]: Out<C[K]> }

type Wants<F> =
  F extends EachField<any, infer D, any>
    ? D
    : F extends () => any
      ? object
      : F extends (deps: infer D, ...rest: any) => any
        ? D
        : never
type Intersection<U> = (U extends any ? (one: U) => void : never) extends (all: infer I) => void
  ? I
  : never

/** What a method asks for: `summary({ user }: Use<Report, 'user'>)`. A cycle is a compile error (TS7022, TS7023). */
export type Use<C, K extends keyof C> = { readonly [P in K]: Out<C[P]> }

/** What the methods of a class template ask for and none of them makes. */
export type ClassInputs<C> = Omit<
  Intersection<{ [K in TaskNames<C>]: Wants<C[K]> }[TaskNames<C>]>,
  TaskNames<C>
>

type Mismatch<C> = {
  [K in TaskNames<C>]: Outs<C> & ClassInputs<C> extends Wants<C[K]> ? never : K
}[TaskNames<C>]
/** Refuses a class in which a task asks for a sibling as what it is not. */
export type CheckedClass<C> = [Mismatch<C>] extends [never]
  ? unknown
  : { 'this task asks for a value of the wrong type': Mismatch<C> }

type ClassKind<F> = F extends EachField<infer I, any, any> ? MapOver<I> : 'task'
type ClassRows<C> = {
  [K in TaskNames<C>]: readonly [K, Out<C[K]>, Exclude<TaskNames<C>, K>, ClassKind<C[K]>]
}[TaskNames<C>]

/** The weave of a class template. */
export type ClassWeave<C, I, Need> = Weave<
  Need,
  InputRows<I> | ClassRows<C>,
  Outs<C>[TaskNames<C>],
  readonly Outs<C>[TaskNames<C>][],
  TaskNames<C>
>
// biome-ignore-end lint/suspicious/noExplicitAny: types of methods are read, whatever they take
