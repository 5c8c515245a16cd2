import type { Task } from '@conc/core'
import type { BackgroundHandle } from '../background/background-handle.js'
import type { BackgroundOptions } from '../background/background-options.js'
import type { NamedOptions } from '../named/named-options.js'
import type { Plan, PlanOptions } from '../plan/plan.js'
import type { SettledResult } from '../result/settled-result.js'
import type { PartialResult, WeaveResult } from '../result/weave-result.js'
import type { Only, RunOptions, SyncOptions } from '../run/run-options.js'
import type { WeaveContext } from '../run/weave-context.js'
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
  RunArgs,
  Seen,
  TaskRow,
  ValueOf,
} from './rows.js'
import type { Defaults, EachOptions, Edges, Given, TaskOptions } from './task-options.js'

/** The function of a task. A declared `Task<[deps], R>` is callable like this, so it fits too. */
type Body<D, R> = (deps: D, ctx: WeaveContext) => R
/** The function of a mapped task, called once per item. */
type EachBody<I, D, R> = (item: I, deps: D, ctx: WeaveContext) => R

type MaybePromise<T> = T | PromiseLike<T>
type EachOverride<P extends Row, K> = EachBody<
  ItemIn<P, K>,
  Env<Seen<P, K>>,
  MaybePromise<ItemOf<ValueOf<P, K>>>
>

type Names<P extends Row> = readonly P[0][]
/** What `needs` is where it is not given. */
type Unsaid<P extends Row> = readonly string[] & Names<P>
type NotArgs = { readonly args?: never }
type ArgsOf<D, A> = { readonly args: (deps: D) => A }
type ItemArgsOf<I, D, A> = { readonly args: (item: I, deps: D) => A }

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
> {
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
  do<const K extends string, R, const N extends Names<P> = Unsaid<P>>(
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
  each<const K extends string, I, R, const N extends Names<P> = Unsaid<P>>(
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
  each<const K extends string, const S extends string, R, const N extends Names<P> = Unsaid<P>>(
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

  /**
   * What would run, in which order and why. Calls no body.
   *
   * @throws {WeavePlanError} one of its subclasses: names, dependencies or executors do not fit.
   */
  plan(options?: PlanOptions): Plan<TaskRow<P>[0]>
  /** Runs only these tasks and what they need. */
  run<const N extends TaskRow<P>[0]>(
    ...args: RunArgs<Need, RunOptions<P> & Only<N>, 'required'>
  ): Promise<PartialResult<P, N>>
  /**
   * Runs every task, each as soon as its own dependencies are done.
   *
   * @returns all values by name; rejects at once with the first task's own error (`resultOf(error)` has what finished),
   * with `TaskTimeoutError` past `timeoutMs`, or with `signal.reason`.
   * @throws {InvalidOptionError} at once, for a wrong option.
   */
  run(...args: RunArgs<Need, RunOptions<P>>): Promise<WeaveResult<P, Last, Vals>>
  /**
   * Runs as `run` does and never rejects because of a task or the run's deadline: every task has an outcome.
   * Plan errors, missing inputs and the caller's abort still reject.
   */
  settle(
    ...args: RunArgs<Need, RunOptions<P> & Partial<Only<TaskRow<P>[0]>>>
  ): Promise<SettledResult<P>>
  /**
   * Runs a weave without promises for synchronous callers: all of it before this returns, on no executor.
   *
   * @returns all values by name; throws the first task's own error (`resultOf(error)` has what finished).
   * @throws {WeaveAsyncError} a body returned a promise, or the plan shows that one would: before any body then.
   */
  runSync(...args: RunArgs<Need, SyncOptions<P>>): WeaveResult<P, Last, Vals>
  /**
   * Runs in the background: on this event loop, or where `where` says. A thread or process imports the module of the
   * weave, which therefore needs a name (`named`). Nothing of a surrounding weave or task is inherited.
   *
   * @returns a handle; what its run comes to is `handle.done`, and `onDone` is called once before that settles.
   * @throws {WeavePlanError} @throws {MissingInputError} @throws {InvalidOptionError}
   * @throws {WeaveNotPortableError} it has no name there, or an option exists only here.
   * @throws {SerializationError} an input cannot travel; `path` says which.
   * @example
   * const handle = daily.background({ day: 'mon' }, { where: 'thread' })
   * const { rows } = await handle.done
   */
  background(
    ...args: RunArgs<Need, BackgroundOptions<P>>
  ): BackgroundHandle<WeaveResult<P, Last, Vals>>
}

/** A weave that other threads, processes and executors find by its name. */
export interface NamedWeave<
  Need,
  P extends Row,
  Last,
  Vals extends readonly unknown[],
  Prev extends string = never,
> extends Weave<Need, P, Last, Vals, Prev> {
  readonly name: string
  /**
   * The whole weave as one declared task: takes the inputs, gives the values of all its tasks by name. As the body of
   * a task it asks for the inputs by name. Input values given by `with` complete its calls; an executor that is handed
   * the task itself (`executor.submit`) has to be given them.
   */
  readonly task: Task<TaskArgs<Need>, Promise<Values<P>>>
  /** Gives input values now, over those given before. The weave keeps its name. */
  with<I extends object>(
    values: I & BoundInputs<I, Need, P>,
  ): NamedWeave<Owed<Need, I>, P | NewInputRows<I, P>, Last, Vals, Prev>
}

type TaskArgs<Need> = [Need] extends [undefined]
  ? []
  : object extends Need
    ? [inputs?: Need]
    : [inputs: Need]
type Values<P extends Row> = { readonly [E in TaskRow<P> as E[0]]: E[1] }
