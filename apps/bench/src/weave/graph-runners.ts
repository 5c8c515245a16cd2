import type { Body } from './bodies.js'
import { runCounted } from './counter-scheduler.js'
import { loadWeave } from './loose-weave.js'
import type { GraphRecord, ShapeNode } from './shapes.js'

/** Builds, plans and runs a graph of these nodes, and gives its values by name. */
export type RunGraph = (
  nodes: readonly ShapeNode[],
  bodies: readonly Body[],
) => Promise<GraphRecord>

/** A library's way to run a graph; loading it is not timed. */
export interface GraphLibrary {
  readonly name: string
  load(): Promise<RunGraph>
}

export const counters: GraphLibrary = {
  name: 'counter scheduler',
  load: async () => (nodes, bodies) =>
    runCounted(
      nodes.map(({ name, needs }, index) => ({ name, needs, body: bodies[index] as Body })),
    ),
}

export const weaveNeeds: GraphLibrary = {
  name: 'weave, needs',
  load: async () => {
    const weave = await loadWeave()
    return (nodes, bodies) =>
      nodes
        .reduce((w, { name, needs }, i) => w.do(name, { needs }, bodies[i] as Body), weave())
        .run()
  },
}

export const weaveInferred: GraphLibrary = {
  name: 'weave, inferred',
  load: async () => {
    const weave = await loadWeave()
    return (nodes, bodies) =>
      nodes.reduce((w, { name }, i) => w.do(name, bodies[i] as Body), weave()).run()
  },
}

/** Runs functions in order and passes no values on, so bodies share a record, as its README's examples share scope. */
export const pGraph: GraphLibrary = {
  name: 'p-graph',
  load: async () => {
    const { PGraph } = await import('p-graph')
    return async (nodes, bodies) => {
      const record: Record<string, unknown> = Object.create(null)
      const run = nodes.map(({ name }, i): [string, { run: () => Promise<void> }] => [
        name,
        {
          run: async () => {
            record[name] = await bodies[i]?.(record as never)
          },
        },
      ])
      const dependencies = nodes.flatMap(({ name, needs }) =>
        needs.map((need): [string, string] => [need, name]),
      )
      await new PGraph(new Map(run), dependencies).run()
      return record
    }
  },
}

/** A fiber per node that awaits the deferreds of its needs and completes its own. */
export const effect: GraphLibrary = {
  name: 'Effect',
  load: async () => {
    const [Effect, Deferred] = await Promise.all([
      import('effect/Effect'),
      import('effect/Deferred'),
    ])
    return (nodes, bodies) => {
      const record: Record<string, unknown> = Object.create(null)
      const done = new Map(nodes.map(({ name }) => [name, Deferred.makeUnsafe<void>()] as const))
      const runNode = ({ name, needs }: ShapeNode, index: number) =>
        Effect.gen(function* () {
          for (const need of needs) {
            const deferred = done.get(need)
            if (deferred) yield* Deferred.await(deferred)
          }
          record[name] = yield* Effect.promise(() => (bodies[index] as Body)(record as never))
          const own = done.get(name)
          if (own) yield* Deferred.succeed(own, undefined)
        })
      const all = Effect.forEach(nodes, runNode, { concurrency: 'unbounded', discard: true })
      return Effect.runPromise(Effect.as(all, record))
    }
  },
}

export const asyncAuto: GraphLibrary = {
  name: 'async.auto',
  load: async () => {
    const { default: async } = await import('async')
    return (nodes, bodies) => {
      // Its own form: the names it needs, then the function, which gets the results so far.
      const tasks = nodes.map(({ name, needs }, i) => [name, [...needs, bodies[i]]] as const)
      return async.auto<Record<string, unknown>>(Object.fromEntries(tasks) as never)
    }
  },
}
