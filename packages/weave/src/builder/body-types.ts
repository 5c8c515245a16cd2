import type { WeaveContext } from '../run/weave-context.js'
import type { Env, ItemIn, ItemOf, Row, Seen, ValueOf } from './rows.js'

/** The function of a task. A declared `Task<[deps], R>` is callable like this, so it fits too. */
export type Body<D, R> = (deps: D, ctx: WeaveContext) => R
/** The function of a mapped task, called once per item. */
export type EachBody<I, D, R> = (item: I, deps: D, ctx: WeaveContext) => R

export type MaybePromise<T> = T | PromiseLike<T>
/** The new function of a mapped task, whose items and results are known. */
export type EachOverride<P extends Row, K> = EachBody<
  ItemIn<P, K>,
  Env<Seen<P, K>>,
  MaybePromise<ItemOf<ValueOf<P, K>>>
>

/** Of what a task can see. Where `needs` is not given, it stands for all of them. */
export type Names<P extends Row> = readonly P[0][]
/** Keeps options without `args` apart from those with them. The text is what the compiler shows where they do not fit. */
export type NotArgs = { readonly args?: 'what `args` makes has to be what the body takes' }
/** `args` of a task. */
export type ArgsOf<D, A> = { readonly args: (deps: D) => A }
/** `args` of a mapped task. */
export type ItemArgsOf<I, D, A> = { readonly args: (item: I, deps: D) => A }
