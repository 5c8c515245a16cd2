import type { Task } from '@conc/core'
import type { BoundInputs, NewInputRows, Owed, Row, TaskRow } from './rows.js'
import type { Weave } from './weave-type.js'

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
