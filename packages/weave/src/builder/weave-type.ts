import type { NamedOptions } from '../named/named-options.js'
import type {
  ArgsOf,
  Body,
  EachBody,
  EachOverride,
  ItemArgsOf,
  MaybePromise,
  Names,
  NotArgs,
} from './body-types.js'
import type { NamedWeave } from './named-weave.js'
import type {
  AnyIter,
  BoundInputs,
  EachRow,
  Env,
  InputRows,
  ItemIn,
  ItemOf,
  MapOver,
  MapSource,
  NewInputRows,
  NewName,
  Outputs,
  Owed,
  Row,
  Seen,
  TaskRow,
  ValueOf,
} from './rows.js'
import type { Defaults, EachOptions, Edges, Given, TaskOptions } from './task-options.js'
import type { WeaveRuns } from './weave-runs.js'

// Not exported: a declaration file has to write them out, as nobody can name them.
/** The weave with one more task. */
type Next<
  Need,
  P extends Row,
  Vals extends readonly unknown[],
  Prev extends string,
  K extends string,
  R,
> = Weave<
  Need,
  P | readonly [K, Awaited<R>, Prev, 'task'],
  Awaited<R>,
  readonly [...Vals, Awaited<R>],
  K
>

/** The weave with one more mapped task. */
type NextEach<
  Need,
  P extends Row,
  Vals extends readonly unknown[],
  Prev extends string,
  K extends string,
  I,
  R,
> = Weave<
  Need,
  P | readonly [K, Awaited<R>[], Prev, MapOver<I>],
  Awaited<R>[],
  readonly [...Vals, Awaited<R>[]],
  K
>

/** The weave with the tasks of an object. */
type NextAll<Need, P extends Row, Vals extends readonly unknown[], Prev extends string, T> = Weave<
  Need,
  | P
  // Written out, not `Outputs<T>`: a declaration file would repeat all rows in the parameters of each body in `T`.
  | {
      [K in keyof T & string]: readonly [
        K,
        T[K] extends (...args: never[]) => infer R ? Awaited<R> : never,
        Prev,
        'task',
      ]
    }[keyof T & string],
  Outputs<T>[keyof T],
  readonly [...Vals, ...Outputs<T>[keyof T][]],
  keyof T & string
>

/**
 * A graph of named tasks in the making. Immutable: every call returns a new weave, so one is a template that can be
 * run many times, also at once, and extended in several directions. No body is called before a run.
 *
 * `Need`: inputs owed to `run`, `undefined` where none were declared. `P`: what the next task can see.
 * `Last`: value of the last task. `Vals`: values in order. `Prev`: the names that the last call made.
 */
export interface Weave<
  Need,
  P extends Row,
  Last,
  Vals extends readonly unknown[],
  Prev extends string = never,
> extends WeaveRuns<Need, P, Last, Vals> {
  /** Several tasks at once: they see everything earlier, not each other. */
  do<T extends Readonly<Record<string, Body<Env<P>, unknown>>>>(
    tasks: T & {
      readonly [K in keyof T & string]: NewName<K, P> extends K ? unknown : NewName<K, P>
    },
  ): NextAll<Need, P, Vals, Prev, T>
  /** A task from any function with its own parameters: `args` makes them from the dependencies. */
  do<const K extends string, const A extends readonly unknown[], R>(
    name: NewName<K, P>,
    options: TaskOptions<Env<P>> & Edges<P, Names<P>> & ArgsOf<Env<P>, A>,
    body: (...args: A) => R,
  ): Next<Need, P, Vals, Prev, K, R>
  /** A task with options. */
  do<const K extends string, R, const N extends Names<P> = Names<P>>(
    name: NewName<K, P>,
    options: TaskOptions<Given<P, N>> & Edges<P, N> & NotArgs,
    body: Body<Given<P, N>, R>,
  ): Next<Need, P, Vals, Prev, K, R>
  /**
   * A task: its body asks for earlier ones by name and starts when they are done.
   *
   * @throws {WeaveNameError} a reserved or empty name.
   * @throws {InvalidOptionError} a wrong or unknown option, or a body that is no function.
   */
  do<const K extends string, R>(
    name: NewName<K, P>,
    body: Body<Env<P>, R>,
  ): Next<Need, P, Vals, Prev, K, R>

  /** A mapped task over a list, with `args`. */
  each<const K extends string, I, const A extends readonly unknown[], R>(
    name: NewName<K, P>,
    over: AnyIter<I> & object,
    options: EachOptions<Env<P>, I> & Edges<P, Names<P>> & ItemArgsOf<I, Env<P>, A>,
    body: (...args: A) => R,
  ): NextEach<Need, P, Vals, Prev, K, I, R>
  /** A mapped task over a list, with options. */
  each<const K extends string, I, R, const N extends Names<P> = Names<P>>(
    name: NewName<K, P>,
    over: AnyIter<I> & object,
    options: EachOptions<Given<P, N>, I> & Edges<P, N> & NotArgs,
    body: EachBody<I, Given<P, N>, R>,
  ): NextEach<Need, P, Vals, Prev, K, I, R>
  /**
   * A mapped task: calls its body once per item and gives an array in item order. Takes an array, Map, Set, any
   * iterable or async iterable, or the name of an earlier task or input that is one.
   */
  each<const K extends string, I, R>(
    name: NewName<K, P>,
    over: AnyIter<I> & object,
    body: EachBody<I, Env<P>, R>,
  ): NextEach<Need, P, Vals, Prev, K, I, R>
  /** A mapped task over the value of an earlier task or input, with `args`. */
  each<const K extends string, const S extends string, const A extends readonly unknown[], R>(
    name: NewName<K, P>,
    over: MapSource<S, P>,
    options: EachOptions<Env<P>, ItemOf<ValueOf<P, S>>> &
      Edges<P, Names<P>> &
      ItemArgsOf<ItemOf<ValueOf<P, S>>, Env<P>, A>,
    body: (...args: A) => R,
  ): NextEach<Need, P, Vals, Prev, K, ItemOf<ValueOf<P, S>>, R>
  /** A mapped task over the value of an earlier task or input, with options. */
  each<const K extends string, const S extends string, R, const N extends Names<P> = Names<P>>(
    name: NewName<K, P>,
    over: MapSource<S, P>,
    options: EachOptions<Given<P, N>, ItemOf<ValueOf<P, S>>> & Edges<P, N> & NotArgs,
    body: EachBody<ItemOf<ValueOf<P, S>>, Given<P, N>, R>,
  ): NextEach<Need, P, Vals, Prev, K, ItemOf<ValueOf<P, S>>, R>
  /** A mapped task over the value of an earlier task or input. */
  each<const K extends string, const S extends string, R>(
    name: NewName<K, P>,
    over: MapSource<S, P>,
    body: EachBody<ItemOf<ValueOf<P, S>>, Env<P>, R>,
  ): NextEach<Need, P, Vals, Prev, K, ItemOf<ValueOf<P, S>>, R>

  /**
   * Replaces a task, mapped or not, by a plain one. The body sees what the original saw, and every input; its result
   * must suit the tasks that use it. Options that are not given are kept one by one, except `needs` and `args`.
   */
  override<K extends TaskRow<P>[0]>(
    name: K,
    options: TaskOptions<Env<Seen<P, K>>> & Edges<Seen<P, K>, Names<Seen<P, K>>>,
    body: Body<Env<Seen<P, K>>, MaybePromise<ValueOf<P, K>>>,
  ): Weave<Need, P, Last, Vals, Prev>
  /** Replaces a task and keeps its options. */
  override<K extends TaskRow<P>[0]>(
    name: K,
    body: Body<Env<Seen<P, K>>, MaybePromise<ValueOf<P, K>>>,
  ): Weave<Need, P, Last, Vals, Prev>
  /** Replaces the body of a mapped task, which keeps its source; options as in `override`. */
  overrideEach<K extends EachRow<P>[0]>(
    name: K,
    options: EachOptions<Env<Seen<P, K>>, ItemIn<P, K>> & Edges<Seen<P, K>, Names<Seen<P, K>>>,
    body: EachOverride<P, K>,
  ): Weave<Need, P, Last, Vals, Prev>
  /** Replaces the body of a mapped task and keeps its source and options. */
  overrideEach<K extends EachRow<P>[0]>(
    name: K,
    body: EachOverride<P, K>,
  ): Weave<Need, P, Last, Vals, Prev>

  /** Declares inputs that `run` must be given, as its first argument. */
  input<I extends object>(): Weave<
    [Need] extends [undefined] ? I : Need & I,
    P | InputRows<I>,
    Last,
    Vals,
    Prev
  >
  /** Gives input values now, over those given before. */
  with<I extends object>(
    values: I & BoundInputs<I, Need, P>,
  ): Weave<Owed<Need, I>, P | NewInputRows<I, P>, Last, Vals, Prev>
  /** Options for every task that does not set its own; called again they merge, the later wins. */
  defaults(options: Defaults): Weave<Need, P, Last, Vals, Prev>
  /**
   * Declares the finished weave under a name, as `task(name, fn)` does for a function: others find it by importing the
   * file. Comes last, at the top level of a module. `with` keeps the name; what every other call derives has none.
   *
   * @param name `[A-Za-z0-9_.\-/]{1,128}`, unique over tasks and weaves in a process.
   * @throws {DuplicateTaskError} another module has declared the name.
   * @throws {InvalidOptionError} a malformed name or option.
   * @example
   * export const daily = weave().input<{ day: string }>().do('rows', ({ day }) => rowsOf(day)).named('reports/daily')
   * await daily.task.on(threads)({ day: 'mon' })
   */
  named(name: string, options?: NamedOptions): NamedWeave<Need, P, Last, Vals, Prev>
}
