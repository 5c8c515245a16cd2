/** A graph that is known only when the program runs: jobs and what they need, from data. `node dist/weave/dynamic-graph.js` */
import { main } from '@conc/core'
import { weave } from '@conc/weave'

export interface Job {
  readonly name: string
  readonly needs: readonly string[]
}

const jobs: readonly Job[] = [
  { name: 'sources', needs: [] },
  { name: 'types', needs: ['sources'] },
  { name: 'bundle', needs: ['sources'] },
  { name: 'tests', needs: ['bundle'] },
  { name: 'release', needs: ['types', 'bundle', 'tests'] },
]

/** A weave whose names are not known to the compiler: values are read by name. */
interface OpenWeave {
  do(name: string, options: { needs: readonly string[] }, body: (deps: Deps) => unknown): OpenWeave
  plan(): { readonly tiers: readonly (readonly string[])[] }
  run(): Promise<Deps>
}
type Deps = Readonly<Record<string, unknown>>

/** `work` does one job with what the jobs that it needs gave. */
export function graphOf(list: readonly Job[], work: (job: Job, deps: Deps) => unknown): OpenWeave {
  const start = weave() as unknown as OpenWeave
  return list.reduce(
    (w, job) => w.do(job.name, { needs: job.needs }, (deps) => work(job, deps)),
    start,
  )
}

main(import.meta, async () => {
  const graph = graphOf(jobs, ({ name }, deps) => [name, ...Object.keys(deps)].join(' < '))
  for (const [tier, names] of graph.plan().tiers.entries())
    console.log(`${tier + 1}. ${names.join(', ')}`)
  const { release, tests } = await graph.run()
  console.log(tests)
  console.log(release)
})
